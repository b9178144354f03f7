# Lo que dice el programa, en español. Fluent: https://projectfluent.org/fluent/guide/
# Las mismas claves que en.ftl. Las que empiezan por "help-" son las de la ayuda (--help): en inglés están en el código.

error = error: { $message }
hint = consejo: { $message }

## probe: una pequeña pregunta de verdad a un proveedor

probe-works = { $provider } responde: { $model }, { $latency }
probe-wrong-key = { $provider } rechaza la clave: «{ $words }»
probe-no-model = { $provider } acepta la clave, pero no ofrece { $model } o no te lo ofrece a ti: «{ $words }»
probe-spent-day = La clave es válida; la cuota del día está agotada{ $limit }
probe-spent-month = La clave es válida; la cuota del mes está agotada{ $limit }
probe-spent-short = La clave es válida; por ahora están agotados: { $limit }
probe-spent-unknown = La clave es válida; hay una cuota agotada y el proveedor no dice cuál
probe-spent-until = { $spent }; vuelve a haber sitio a las { $until }
probe-no-money = La clave es válida; { $provider } quiere dinero antes: «{ $words }»
probe-country = { $provider } no da servicio en el país donde estás: «{ $words }»
probe-overloaded = { $provider } tiene un fallo o no tiene capacidad en este momento ({ $status }), así que la clave no se ha comprobado: «{ $words }»
probe-strange = Una respuesta que no es de { $provider } ({ $status }): «{ $words }»
probe-dns = El nombre del servidor de { $provider } no tiene dirección ({ $words })
probe-refused = En la dirección de { $provider } no escucha nadie ({ $words })
probe-unreachable = No hay camino hasta { $provider } ({ $words })
probe-timeout = { $provider } no responde ({ $words })
probe-tls = La conexión con { $provider } no es de fiar ({ $words })
probe-proxy = El proxy no deja pasar hasta { $provider } ({ $words })
probe-broken = La conexión con { $provider } se ha cortado ({ $words })
probe-next-wrong-key = copia otra vez la clave entera, o crea una nueva en la web del proveedor
probe-next-no-model = elige otro modelo
probe-next-spent = nada: el trabajo que entregues espera hasta que vuelva a haber sitio
probe-next-no-money = añade saldo en la web del proveedor, o usa una cuenta con nivel gratuito
probe-next-country = usa otro proveedor; d8 providers los muestra
probe-next-overloaded = inténtalo de nuevo dentro de unos minutos
probe-next-network = revisa la red, y la dirección si la has escrito tú
probe-next-refused = arranca el servidor, o corrige la dirección
probe-next-timeout = revisa la red, el cortafuegos y la dirección, e inténtalo de nuevo
probe-next-tls = revisa el reloj de esta máquina; tras el proxy de una empresa, su certificado tiene que estar instalado en el sistema
probe-next-proxy = revisa HTTPS_PROXY y NO_PROXY
probe-next-strange = revisa la URL base
probe-limit = { $what ->
    [requests] { $amount } peticiones
    [tokens] { $amount } tokens
    [input] { $amount } tokens de entrada
    [output] { $amount } tokens de salida
    [concurrency] { $amount } a la vez
   *[cost] { $amount } de dinero
} { $per ->
    [second] por segundo
    [minute] por minuto
    [hour] por hora
    [day] al día
    [month] al mes
    [other] en { $length }
   *[none] {""}
}

## setup

setup-no-terminal = No hay ningún terminal donde preguntar
setup-no-terminal-hint = para scripts: d8 setup groq --key-stdin --yes, con la clave en la entrada estándar
setup-terminal-fault = No se puede preguntar en el terminal: { $error }
setup-stopped = Interrumpido; no se ha escrito nada
setup-no-folder = No se puede leer la carpeta actual: { $error }
setup-mend-first = arregla antes ese archivo, o indica otro con --config
setup-choose-provider = ¿Qué proveedor?
setup-which = No se ha dicho qué proveedor
setup-which-hint = indica uno de estos: { $ids }
setup-unknown-provider = No hay ningún proveedor «{ $name }»
setup-did-you-mean = ¿querías decir { $name }?
setup-not-spoken = { $provider } tiene un protocolo propio que D8 todavía no habla
setup-not-spoken-hint = sus modelos se pueden usar a través de openrouter, o de una pasarela como openai-compatible
setup-any-server = Otro servidor
setup-gives-local = tu propia máquina, sin clave, sin límites
setup-gives-unknown = todo lo que hable el protocolo de OpenAI: una pasarela, LM Studio
setup-gives-nothing = cuesta dinero
setup-gives-free = gratis
setup-gives-limits = gratis: { $limits } ({ $date })
setup-help-choose = flechas para moverte, escribe para filtrar, Intro acepta, Esc termina
setup-help-choose-some = Espacio marca, Intro acepta lo marcado, el primero es el predeterminado
setup-help-key = pégala y pulsa Intro; no se muestra nada de ella
setup-help-confirm = responde con s o n
setup-yes = sí
setup-no = no
setup-yes-no = S/n
setup-no-yes = s/N
setup-keys-at = Las claves de { $provider } se crean en { $url }
setup-ask-key = Clave de { $provider }:
setup-key-length = { $length ->
    [one] 1 carácter recibido
   *[other] { $length } caracteres recibidos
}
setup-key-doubt = Qué raro: hasta ahora las claves de { $provider } empezaban por { $begins } y esta no. El proveedor dirá
setup-key-empty = Ahí no hay ninguna clave
setup-key-placeholder = Eso es el texto de ejemplo de una plantilla, no una clave
setup-key-unfit = Eso no es una clave: tiene espacios dentro, o un carácter que las claves no tienen
setup-stdin-hint = da solo la clave, por ejemplo: printenv MI_CLAVE | d8 setup groq --key-stdin --yes
setup-stdin-unreadable = No se puede leer la entrada estándar: { $error }
setup-key-there = Ya hay una clave. ¿Cuál quieres usar?
setup-use-account-variable = La de la cuenta { $account } ({ $variable })
setup-use-variable = La que está en { $variable }
setup-use-account = La de la cuenta { $account }
setup-use-file = La que está en { $path }
setup-other-key = Otra clave
setup-no-key = No hay ninguna clave de { $provider }
setup-no-key-hint = dala por la entrada estándar: d8 setup { $id } --key-stdin --yes
setup-account-there = La cuenta { $account } ya existe, con otra clave. ¿Qué hacemos con esta?
setup-server-there = La cuenta { $account } ya existe
setup-set-up-again = Configurar { $account } otra vez
setup-add-second = Añadirla como segunda cuenta, { $account }
setup-replace = Sustituir la clave de { $account }
setup-confirm-replace = La cuenta { $account } tiene otra clave. ¿La sustituyo?
setup-other-provider = La cuenta { $account } es de { $provider }
setup-other-provider-hint = dale otro nombre con --account
setup-choose-tier = ¿En qué plan de { $provider } está la cuenta?
setup-ask-url = ¿Dónde está { $provider }?
setup-no-url = No se ha dicho dónde está { $provider }
setup-no-url-hint = indícalo con --base-url, por ejemplo http://127.0.0.1:1234
setup-listing = Preguntando a { $url } por sus modelos
setup-choose-models = ¿Qué modelos?
setup-choose-model = ¿Qué modelo?
setup-no-list = { $url } no da ninguna lista de modelos
setup-ask-model = Modelo:
setup-no-model = No se ha dicho qué modelo
setup-no-model-hint = indica uno con --model
setup-asking = Pidiendo una palabra a { $model } en { $url }
setup-unasked = La clave no se ha probado
setup-advice = Qué ayuda: { $advice }
setup-what-now = ¿Y ahora?
setup-again = Intentarlo otra vez
setup-other-model = Otro modelo
setup-write-anyway = Escribirlo de todos modos
setup-give-up = Terminar; no se escribe nada
setup-nothing-written = no se ha escrito nada
setup-model-hint = no se ha escrito nada; indica otro modelo con --model
setup-offline-hint = no se ha escrito nada; --offline lo escribe sin preguntar al proveedor
setup-file-head = # Lo que D8 puede usar. Las claves mismas están en .env, junto a este archivo.
setup-wrote-config = { $path }: la cuenta { $account } queda escrita
setup-kept-config = { $path }: la cuenta { $account } queda como estaba
setup-wrote-key = { $path }: { $variable } queda escrita; solo tú puedes leer el archivo
setup-wrote-open = { $path }: { $variable } queda escrita; quizá otros puedan leer el archivo ({ $why })
setup-shadowed = Cuidado: { $variable } tiene otro valor en tu entorno, que va antes que .env. Quítala de allí
setup-one-quota = Las claves de un mismo proyecto u organización comparten una sola cuota. Si es el caso, escribe quota_group = "{ $first }" en las dos cuentas
setup-route = Tu ruta «default» deja fuera a { $account }: añade "{ $account }/{ $model }" a su primary
setup-costs = Lo que haga { $account } puede costar dinero; un límite tuyo, como { "{" } cost = 5.00, per = "1mo" { "}" }, lo frena
setup-limits = Límites que D8 va a respetar ({ $model }):
setup-no-limits = No se conocen límites de { $model }; D8 los aprende de las cabeceras y los rechazos del proveedor
setup-no-limits-local = Sin límites: { $model } se ejecuta en una máquina tuya, 4 peticiones a la vez
setup-limit-of-catalogue = según el catálogo del { $date }
setup-limit-of-file = tuyo, en d8.toml
setup-limit-of-headers = visto en las cabeceras, quedan { $left }
setup-limit-confirmed = { $by }; visto en las cabeceras, quedan { $left }
setup-limit-differs = { $by }; las cabeceras dicen { $amount }, quedan { $left }, y eso es lo que cuenta
setup-start-now = ¿Arranco D8 ahora?
setup-next = Lo siguiente:
setup-next-up = arranca D8: la cola, la página, la API
setup-next-submit = una primera tarea, mientras está en marcha
setup-next-run = un archivo de trabajo, hecho hasta el final
setup-next-worker = arranca allí el worker
setup-next-workers = lo muestra, donde está el orquestador
setup-next-stats = cuenta lo que ha hecho
setup-kept-worker = { $path } queda como estaba
setup-take-along = Copia { $path } a la carpeta de la otra máquina donde vaya a estar el worker
setup-ask-orchestrator = ¿Dónde está el orquestador, visto desde la otra máquina?
setup-no-orchestrator = No se ha dicho dónde está el orquestador
setup-orchestrator-unreadable = No se puede leer la URL del orquestador: { $why }
setup-orchestrator-hint = escríbela como http://pi:5000, y con token como http://d8:TOKEN@pi:5000 (--orchestrator)
setup-ask-id = El id del worker:

help-setup = Prepara un proveedor: pide su clave, la prueba y escribe d8.toml y .env
help-setup--provider = El proveedor, por ejemplo groq, gemini u ollama; si falta, d8 pregunta
help-setup--key-stdin = Lee la clave de la entrada estándar
help-setup--yes = No pregunta nada: la respuesta habitual a cada pregunta. Sin --key-stdin toma la clave que ya esté puesta
help-setup--base-url = Otra dirección del proveedor: una pasarela, un sustituto o un servidor tuyo
help-setup--models = Un modelo; el primero se prueba y es el predeterminado. Se puede repetir. Si falta: todos los del catálogo
help-setup--tier = El plan en que está la cuenta, por ejemplo free; d8 providers los enumera
help-setup--account = El nombre de la cuenta; si existe, recibe la clave nueva
help-setup--offline = Escribe sin preguntar al proveedor
help-setup--config = El archivo que se escribe; si falta: ./d8.toml, o el tuyo propio si lo hay y aquí no
help-setup--worker = Escribe los ajustes de un worker en otra máquina (.env.worker.groq) en lugar de una cuenta aquí
help-setup--orchestrator = Dónde encuentra ese worker al orquestador: http://pi:5000, con token http://d8:TOKEN@pi:5000
help-setup--id = El id de ese worker; si falta: su tipo y el nombre de esta máquina
help-setup-after =
    La clave se escribe sin que se vea, se prueba con una pequeña petición y se guarda en .env, que solo tú puedes leer.
    Lo que ya haya en d8.toml y .env se queda. Otra clave del mismo proveedor es una segunda cuenta (groq-2);
    --account groq sustituye la clave de esa.

    Ejemplos:
    {"  "}d8 setup                                              lo pregunta todo
    {"  "}d8 setup groq                                         solo pregunta la clave
    {"  "}d8 setup ollama                                       un servidor tuyo: sin clave, enumera sus modelos
    {"  "}printenv MI_CLAVE | d8 setup groq --key-stdin --yes   para scripts: no pregunta nada
    {"  "}d8 setup groq --worker --orchestrator http://pi:5000  escribe .env.worker.groq para otra máquina

    Códigos de salida: 0 escrito, 1 el proveedor rechaza la clave o no se le puede preguntar (no se escribe nada),
    2 no pudo empezar, 130 Ctrl-C
