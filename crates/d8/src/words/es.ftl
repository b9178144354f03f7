# Lo que dice el programa, en español. Fluent: https://projectfluent.org/fluent/guide/
# Las mismas claves que en.ftl. Las que empiezan por "help-" son las de la ayuda (--help): en inglés están en el código.

error = error: { $message }
hint = consejo: { $message }

## agents

agents-none = no hay agentes: el d8.toml del orquestador no tiene ningún [[agent]]
agents-none-hint = escribe uno: [[agent]] con name, every = "15m", prompt y output; docs/es/configuracion.md cuenta todo lo que puede hacer
agents-unknown = no hay ningún agente `{ $name }`
agents-did-you-mean = ¿querías decir `{ $name }`?
agents-known = hay estos: { $names }
agents-trouble = { $agent }: { $why }
agents-paused = { $agent }: en pausa; lo que está en marcha sigue
agents-resumed = { $agent }: sigue
agents-resumed-next = { $agent }: sigue; lo próximo, { $when }
agents-goes-to = su respuesta irá a { $output }
agents-every = cada { $time }
agents-cron = cron { $line }
agents-per-day = { $times } al día
agents-state-paused = en pausa
agents-state-trouble = con problemas
agents-state-working = trabajando
agents-state-idle = en espera
agents-col-agent = AGENTE
agents-col-state = ESTADO
agents-col-schedule = HORARIO
agents-col-next = PRÓXIMO
agents-col-last = ÚLTIMO
agents-col-n = N
agents-col-open = ABIERTOS
agents-col-failed = FALLIDOS
agents-col-skipped = OMITIDOS
agents-fact-trouble = PROBLEMA
agents-fact-zone = ZONA
agents-fact-queued = EN COLA
agents-fact-undelivered = SIN ENTREGAR
agents-fact-delivered = ENTREGADOS
agents-fact-topics = TEMAS
agents-fact-model = MODELO
agents-fact-overlap = SOLAPE
agents-fact-catch-up = RECUPERA
agents-fact-output = SALIDA
agents-fact-webhook = WEBHOOK
agents-fact-command = PROGRAMA
agents-fact-tasks = TAREAS
agents-yes = sí
agents-no-folder = no se puede leer la carpeta actual: { $why }
agents-preview-alone = nota: no responde ningún orquestador que tenga este agente, así que los números empiezan en 1 y lo próximo se cuenta desde ahora
agents-never = { $agent } no trabaja nunca: su horario nombra un día que no tiene ningún calendario
agents-preview-topic = tema: { $topic }
agents-preview-output = va a: { $output }
agents-preview-system = sistema: { $text }
agents-preview-prompt = pregunta: { $text }
agents-stopped = el motor se ha parado
agents-demo-begins = demostración: Groq y Gemini emulados con los planes gratuitos de noviembre de 2025, { $speed } veces más rápido que en la realidad
agents-demo-tells-nobody = nota: en una demostración no se usan webhooks ni programas
agents-demo-goes-on = quedaban { $left } encargos: se hacen primero, y esta vez ninguno más
agents-demo-so-far = { $done } de { $total }
agents-demo-done = { $done } de { $total } hechos en { $time }
agents-demo-score = los proveedores emulados aceptaron { $accepted } peticiones y rechazaron { $refused }
agents-demo-filler = sus respuestas son texto de relleno, aparte, en la carpeta demo; con tus propias claves, `d8 up` escribe las de verdad
agents-demo-same-command = no se pierde nada: la misma orden sigue donde lo dejó

help-agents = Muestra los agentes de un orquestador en marcha, mira uno, ponlo en pausa o reanúdalo, hazlo trabajar ahora o mira antes lo que hará.
help-agents-after =
    Los agentes son las tablas [[agent]] de d8.toml: preguntas que llegan solas. Sin más palabras, los muestra.

    Ejemplos:
      d8 agents
      d8 agents preview tweet --times 3    lo que preguntará y cuándo; no envía nada
      d8 agents run tweet                  un encargo ahora, aparte de su horario
      d8 agents run --all --times 5 --demo --config examples/content-empire/d8.toml
help-agents-ls = Los muestra: cuándo trabaja cada uno, cuánto ha hecho y qué tiene en marcha.
help-agents-ls-after =
    Ejemplo:
      d8 agents ls --json | jq '.agents[] | select(.state == "trouble")'
help-agents-show = Muestra un agente con todo lo que se sabe de él.
help-agents-show-after =
    Ejemplo:
      d8 agents show tweet
help-agents-show--name = El agente, como lo llama d8.toml.
help-agents-pause = No empieza más trabajo de un agente hasta que se reanude; lo que está en marcha sigue.
help-agents-pause-after =
    Ejemplo:
      d8 agents pause tweet
help-agents-pause--name = El agente, como lo llama d8.toml.
help-agents-resume = Deja seguir a un agente en pausa; lo que habría hecho mientras tanto no se recupera.
help-agents-resume-after =
    Ejemplo:
      d8 agents resume tweet
help-agents-resume--name = El agente, como lo llama d8.toml.
help-agents-run = Hace trabajar a un agente ahora, aparte de su horario.
help-agents-run-after =
    Ejemplos:
      d8 agents run tweet --times 3
      d8 agents run --all
      d8 agents run --all --times 5 --demo --config examples/content-empire/d8.toml

    Con --demo no hace falta orquestador ni clave: los proveedores son emulados, sus respuestas son texto de relleno y los
    archivos van a una carpeta demo junto a d8.toml. Ctrl-C no pierde nada: la misma orden sigue donde lo dejó.

    Códigos de salida: 0 hecho, 1 algo falló, 2 no pudo empezar, 130 Ctrl-C
help-agents-run--name = El agente, como lo llama d8.toml.
help-agents-run--all = Todos los agentes.
help-agents-run--times = Cuántos encargos hace cada uno.
help-agents-run--demo = Aquí y ahora, con proveedores emulados, hasta que todo esté hecho.
help-agents-preview = Enseña lo que preguntará un agente y cuándo; no envía nada ni necesita orquestador.
help-agents-preview-after =
    Ejemplo:
      d8 agents preview tweet --times 3
help-agents-preview--name = El agente, como lo llama d8.toml.
help-agents-preview--times = Cuántos encargos enseñar.
## completions
help-completions = Imprime un script con el que la shell completa las órdenes y opciones de d8 con la tecla Tab
help-completions--shell = La shell
help-completions-after =
    Para instalarlo, ejecuta una vez la línea de tu shell y abre otra terminal:
      bash        mkdir -p ~/.local/share/bash-completion/completions
                  d8 completions bash > ~/.local/share/bash-completion/completions/d8
                  (hace falta el paquete bash-completion; sin él: echo 'source <(d8 completions bash)' >> ~/.bashrc)
      zsh         mkdir -p ~/.zfunc && d8 completions zsh > ~/.zfunc/_d8
                  (con `fpath+=(~/.zfunc); autoload -U compinit; compinit` en ~/.zshrc)
      fish        mkdir -p ~/.config/fish/completions
                  d8 completions fish > ~/.config/fish/completions/d8.fish
      powershell  d8 completions powershell >> $PROFILE
      elvish      d8 completions elvish >> ~/.config/elvish/rc.elv

    Ejemplo:
      source <(d8 completions bash)      solo para este bash

## man
man-written = { $count ->
    [one] 1 página escrita en { $folder }
   *[other] { $shown } páginas escritas en { $folder }
}
man-unknown = no existe la orden `d8 { $name }`
man-unknown-next = `d8 --help` las enumera
man-not-written = no se puede escribir { $path }: { $why }
help-man = Imprime la página de manual de d8 o de una de sus órdenes, o escribe las de todas
help-man--command = La orden; sin ella, el propio d8
help-man--out = Escribe una página por orden en esta carpeta
help-man-after =
    Ejemplos:
      d8 man | man -l -                             la página de d8
      d8 man tasks ls | man -l -                    la de una orden
      d8 man --out ~/.local/share/man/man1          todas; luego: man d8-tasks-ls
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
## providers

providers-title-provider = PROVEEDOR
providers-title-tier = NIVEL
providers-title-requests = PETICIONES
providers-title-tokens = TOKENS
providers-title-price = $/1M ENT/SAL
providers-title-date = FECHA
providers-title-kind = TIPO
providers-title-reset = REINICIO
providers-title-wire = PROTOCOLO
providers-title-source = FUENTE
providers-title-model = MODELO
providers-title-models = MODELOS
providers-title-price-in = $/1M ENT
providers-title-price-out = $/1M SAL
providers-title-limit = LÍMITE
providers-title-scope = SE CUENTAN
providers-day = día
providers-month = mes
providers-in = ent
providers-out = sal
providers-free = gratis
providers-counts-requests = peticiones
providers-counts-tokens = tokens
providers-counts-input-tokens = tokens de entrada
providers-counts-output-tokens = tokens de salida
providers-counts-at-once = a la vez
providers-first-models = Los límites y el precio son los del primer modelo de cada nivel. Todo sobre un proveedor: d8 providers show NOMBRE
providers-unknown = no hay ningún proveedor `{ $name }`
providers-no-tier = aquí no hay ningún nivel `{ $name }`
providers-did-you-mean = ¿querías decir `{ $name }`?
providers-there-are = hay { $names }
providers-no-folder = no se puede leer la carpeta actual: { $error }
providers-wire = protocolo: { $wire }; URL base: { $url }
providers-own-base-url = la tuya, como `base_url` de la cuenta
providers-not-spoken = D8 todavía no habla su protocolo: ninguna cuenta puede usarlo
providers-no-key = clave: no hace falta
providers-key-in-file = clave: solo en d8.toml, como `api_key` de la cuenta
providers-key = clave: { $names }
providers-base-url-env = otra URL base: { $name }
providers-as-of = a fecha de { $date }: { $source }
providers-written-in = escrito en { $source }
providers-no-models = No enumera modelos: nombra los tuyos como `models` de la cuenta.
providers-tier-past = Nivel { $name }, ya no está en vigor, se guarda para comparar
providers-tier-free-default = Nivel { $name }, gratuito; es el de las cuentas que no nombran ninguno
providers-tier-free = Nivel { $name }, gratuito
providers-tier-paid-default = Nivel { $name }; es el de las cuentas que no nombran ninguno
providers-tier-paid = Nivel { $name }
providers-limits-unknown = No se conoce ningún límite: se respeta lo que digan sus respuestas.
providers-scope-shared = juntos
providers-scope-each = cada modelo
providers-all-models = todos
providers-fact-tier = nivel
providers-fact-model = modelo
providers-fact-requests = peticiones
providers-fact-tokens = tokens
providers-fact-kind = cuenta como
providers-fact-reset = reinicio
providers-fact-price = $/1M ent/sal
providers-fact-list-price = precio de lista
providers-fact-next = nivel siguiente
providers-fact-key = clave
providers-fact-date = a fecha de
providers-fact-source = fuente
providers-then-and-now = { $provider }, { $model }: { $then } peticiones al día entonces; hoy { $now }, en el nivel { $tier }.
providers-then-and-now-with-tokens = { $provider }, { $model }: { $then } peticiones al día entonces; hoy { $now } y { $tokens } tokens, en el nivel { $tier }.
providers-then-only = { $provider }, { $model }: { $then } peticiones al día entonces; hoy no está en el nivel { $tier }.
help-providers = Lo que se sabe de los proveedores: límites por nivel, precios y reinicios, cada dato con su fecha y su fuente.
help-providers--tier = Solo los niveles con este nombre
help-providers--json = Un objeto JSON en lugar de tablas
help-providers--config = La configuración cuyas entradas [[provider]] cuentan; si no se dice: ./d8.toml y, si no, la del usuario
help-providers-after =
    Sin más palabras, los enumera. Lo que dicen los proveedores en sus respuestas corrige todo esto mientras se trabaja;
    las entradas [[provider]] de d8.toml lo cambian y lo amplían.

    Ejemplos:
      d8 providers
      d8 providers --tier free
      d8 providers show groq
      d8 providers compare gemini groq
      d8 providers --json | jq '.providers[] | {"{"}id, tiers: [.tiers[].name]{"}"}'
help-providers-ls = Los enumera: una línea por nivel, con los límites y el precio de su primer modelo.
help-providers-ls--tier = Solo los niveles con este nombre
help-providers-ls--json = Un objeto JSON en lugar de tablas
help-providers-ls--config = La configuración cuyas entradas [[provider]] cuentan; si no se dice: ./d8.toml y, si no, la del usuario
help-providers-ls-after =
    Ejemplo:
      d8 providers ls --tier free
help-providers-show = Todo lo que se sabe de uno: modelos, precios, niveles, límites, su clave y dónde conseguirla.
help-providers-show--name = El proveedor, tal como lo llama `d8 providers`
help-providers-show--tier = Solo los niveles con este nombre
help-providers-show--json = Un objeto JSON en lugar de tablas
help-providers-show--config = La configuración cuyas entradas [[provider]] cuentan; si no se dice: ./d8.toml y, si no, la del usuario
help-providers-show-after =
    Ejemplos:
      d8 providers show groq
      d8 providers show gemini --tier free
help-providers-compare = Varios lado a lado: los niveles de hoy junto a las cifras de noviembre de 2025, donde se guardan.
help-providers-compare--names = Los proveedores, tal como los llama `d8 providers`
help-providers-compare--tier = Solo los niveles con este nombre
help-providers-compare--json = Un objeto JSON en lugar de tablas
help-providers-compare--config = La configuración cuyas entradas [[provider]] cuentan; si no se dice: ./d8.toml y, si no, la del usuario
help-providers-compare-after =
    Ejemplos:
      d8 providers compare gemini groq
      d8 providers compare groq cerebras mistral --tier free

## doctor

doctor-mark-ok = bien
doctor-mark-warning = aviso
doctor-mark-problem = PROBLEMA
doctor-next = qué hacer: { $next }
doctor-more = y { $count } más
doctor-first = Lo primero ({ $name }): { $next }
doctor-verdict-ok = Todo está bien.
doctor-verdict-warnings = Funciona, con { $warnings ->
    [one] un aviso.
   *[other] { $warnings } avisos.
}
doctor-verdict-problems = { $problems ->
    [one] 1 problema
   *[other] { $problems } problemas
}{ $warnings ->
    [0] .
    [one] {" "}y 1 aviso.
   *[other] {" "}y { $warnings } avisos.
}
doctor-looks-store = miro el almacén { $path }
doctor-looks-orchestrator = busco un orquestador
doctor-looks-keys = pido una palabra a los proveedores de { $accounts }
doctor-bad-timeout = --timeout: { $why }
doctor-bad-timeout-next = escríbelo como 30s o 2m
doctor-no-folder = no se puede leer la carpeta actual: { $why }
doctor-config-file = { $file }: { $count ->
    [one] una cuenta
   *[other] { $count } cuentas
} ({ $accounts }); rutas: { $routes }
doctor-config-file-empty = { $file }: ninguna cuenta
doctor-config-environment = no hay d8.toml; por las claves del entorno y de .env: { $count ->
    [one] una cuenta
   *[other] { $count } cuentas
} ({ $accounts })
doctor-config-none = no hay d8.toml, lo que en sí no es un fallo
doctor-no-account = no hay ninguna cuenta: ni d8.toml ni el entorno ni .env nombran una clave
doctor-no-account-next = ejecuta `d8 setup`: pide una clave, la prueba y la guarda
doctor-accounts-brought = aquí no hay ninguna configurada; el orquestador tiene { $count ->
    [one] una
   *[other] { $count }
} de sus trabajadores
doctor-store-free = { $size } libres
doctor-store-sync = { $time } por sincronización
doctor-store-new = todavía no existe: lo crea d8
doctor-store-version = esquema { $found }
doctor-store-older = esquema { $found }, que pasa a { $known } cuando arranca d8
doctor-store-nobody = no lo tiene nadie
doctor-store-somebody = lo tiene un proceso que no dice nada de sí
doctor-store-held = lo tiene el proceso { $pid }
doctor-store-held-at = lo tiene el proceso { $pid } en { $url }
doctor-store-unknown = no se puede ver quién lo tiene ({ $why })
doctor-store-unwritable = { $path }: no se puede escribir ahí ({ $why })
doctor-store-unwritable-next = comprueba que este usuario puede escribir en esa carpeta, o nombra otra con store.url en d8.toml
doctor-store-full = Con tan poco sitio no se admite trabajo
doctor-store-room = haz sitio en ese disco, o pon el almacén en otro (store.url en d8.toml)
doctor-store-slow = Un disco así frena el trabajo: cada lote lo espera
doctor-store-slow-next = pon el almacén en un disco más rápido (store.url en d8.toml): mejor un SSD que una tarjeta SD o una carpeta de red
doctor-port-any = cualquiera que esté libre (puerto 0)
doctor-port-free = { $address } está libre
doctor-port-ours = { $address } es de nuestro orquestador
doctor-port-d8 = { $address } lo ocupa otro d8, que tiene otro almacén
doctor-port-d8-next = para ese, o dale a este un puerto propio: `d8 up --listen 127.0.0.1:0`
doctor-port-stranger = { $address } lo ocupa otro programa
doctor-port-stranger-http = { $address } lo ocupa otro programa, que responde con el estado HTTP { $status }
doctor-port-elsewhere = nuestro orquestador está en { $url }
doctor-runs = está en { $url }, versión { $version }
doctor-runs-another = tiene otro almacén que el de esta configuración
doctor-runs-another-next = nombra el correcto con --orchestrator, o arranca uno para esta configuración: `d8 up`
doctor-runs-version = este programa es la versión { $own }
doctor-runs-version-next = usa la misma versión en los dos lados
doctor-holder-silent = el almacén: { $held }, y no responde: { $message }
doctor-holder-silent-next = dale unos segundos si acaba de arrancar; si no, termina ese proceso y ejecuta `d8 up`
doctor-none-runs = aquí no hay ninguno en marcha
doctor-none-runs-next = arráncalo con `d8 up`; solo `d8 run` no lo necesita
doctor-network-offline = no se ha mirado (--offline)
doctor-network-ok = { $host } responde en { $time }
doctor-network-proxy = (a través del proxy { $proxy })
doctor-proxy-unreadable = del entorno
doctor-clock-ok = coincide con el de { $provider }
doctor-clock-behind = { $time } por detrás del de { $provider }
doctor-clock-ahead = { $time } por delante del de { $provider }
doctor-clock-next = deja que el sistema ponga su reloj en hora por la red (Linux: timedatectl set-ntp true): las horas de renovación se dicen con él
doctor-key-offline = no se ha preguntado (--offline)
doctor-key-elsewhere = la tiene el trabajador que la usa, así que desde aquí no se ha preguntado
doctor-key-same = la misma clave que la de { $account }
doctor-key-spent = no se ha preguntado: { $limit }: agotado hasta que llegue una respuesta
doctor-key-spent-until = no se ha preguntado: { $limit }: agotado hasta las { $until }
doctor-key-valid = válida; su cuota está agotada en este momento
doctor-key-unreached = sin comprobar: no se ha podido llegar al proveedor
doctor-key-wrong-next = pon la clave correcta donde está escrita esta (d8.toml, .env o el entorno), o ejecuta `d8 setup { $provider }`
doctor-key-parked = pero el orquestador la encontró antes de que estuviera bien y espera a que se lo digas
doctor-key-parked-next = ejecuta `d8 accounts unpark { $account }`
doctor-limits-ok = como en la configuración: { $limits }
doctor-limits-unknown = no se conoce ninguno: se aprenden al trabajar
doctor-limit-differs = en realidad { $label }, configurados { $configured }
doctor-limit-lower-next = D8 respeta lo real; escríbelo en d8.toml, o quita de ahí los límites; si el proveedor lo ha subido: `d8 accounts forget { $account }`
doctor-limit-higher-next = hay más de lo que usas: súbelo en d8.toml, o quita de ahí los límites
doctor-quota-used = { $used } de { $label }
doctor-quota-used-until = { $used } de { $label } hasta las { $until }
doctor-quota-paused = alguien la ha puesto en pausa
doctor-quota-goes-on = no hay que hacer nada: mientras tanto el trabajo va a otra cuenta
doctor-quota-stands = espera, o añade otra cuenta: `d8 setup`
doctor-workers = { $online } en línea ({ $names }), { $busy } ocupados
doctor-workers-none = no hay ningún trabajador en línea: nadie hace lo que espera
doctor-workers-none-next = dale una clave a d8 up (`d8 setup`), o arranca un trabajador donde haya una: `d8 worker --type groq --orchestrator URL`
doctor-worker-silent = { $worker } ({ $kind }) se ha quedado callado: última señal { $ago }
doctor-worker-silent-next = arráncalo de nuevo en su máquina, o revisa la red que hay en medio
doctor-account-unserved = ahora ningún trabajador atiende { $account }
doctor-account-unserved-next = arranca uno donde está su clave: `d8 worker --account { $account } --orchestrator URL`
doctor-queue = { $pending ->
    [0] no espera nada
    [one] espera 1 tarea
   *[other] esperan { $waiting } tareas
}, { $assigned } en curso
doctor-queue-nobody = { $counts }, y no hay ningún orquestador en marcha
doctor-queue-stuck = { $count ->
    [one] espera 1 tarea
   *[other] esperan { $waiting } tareas
}: { $why }
doctor-queue-stuck-route = { $count ->
    [one] espera 1 tarea
   *[other] esperan { $waiting } tareas
} (ruta { $routes }): { $why }
doctor-queue-route-paused = { $count ->
    [one] espera 1 tarea
   *[other] esperan { $waiting } tareas
}: la ruta { $routes } está en pausa
doctor-queue-route-paused-next = reanúdala: curl -X POST { $url }/api/routes/{ $route }/resume
doctor-queue-account-paused-next = ejecuta `d8 accounts resume { $account }`
doctor-e2e-online = el orquestador está en línea en { $url }
doctor-e2e-workers = { $online ->
    [one] 1 trabajador en línea
   *[other] { $online } trabajadores en línea
} ({ $kinds })
doctor-e2e-submitted = entregada: { $task }
doctor-e2e-waits = espera: { $why }
doctor-e2e-at-work = la está haciendo { $worker }
doctor-e2e-completed = respondida en { $time } por { $worker } ({ $target }): «{ $answer }»
doctor-e2e-failed = { $status } después de { $time }: { $why }
doctor-e2e-failed-next = mira sus intentos: `d8 tasks show { $task }`
doctor-e2e-late = sin terminar después de { $time }; { $standing }
doctor-e2e-late-next = dale más tiempo con --timeout, o mira la cola: `d8 tasks`
doctor-e2e-cancelled = se ha vuelto a cancelar
doctor-e2e-statistics = trabajadores { $online } en línea, { $busy } ocupados; tareas { $completed } terminadas, { $failed } fallidas, { $pending } en espera; éxito { $rate }

help-doctor = Averigua por qué no funciona: configuración, almacén, puerto, red, reloj, claves, límites, cuota, trabajadores y cola, cada cosa con palabras claras y con lo que hay que hacer.
help-doctor-after = A cada clave se le hace una pequeña pregunta de verdad, salvo que se sepa que su cuota está agotada; --offline no pregunta nada.

    Ejemplos:
      d8 doctor
      d8 doctor --offline                  no envía nada a ningún proveedor
      d8 doctor --end-to-end --timeout 2m  entrega una tarea y la sigue hasta el final
      d8 doctor --json | jq '.checks[] | select(.status != "ok")'

    Códigos de salida: 0 bien o avisos, 1 un problema, 2 no se pudo mirar, 130 Ctrl-C
help-doctor--offline = No envía nada a ningún proveedor: no se prueban las claves, la red ni el reloj.
help-doctor--end-to-end = Entrega una tarea al orquestador en marcha y la sigue hasta el final, en cinco pasos.
help-doctor--timeout = Cuánto puede tardar esa tarea; después se cancela.
help-doctor--orchestrator = El orquestador. Por defecto: ORCHESTRATOR_URL, quien tenga el almacén, http://127.0.0.1:5000.
help-doctor--config = La configuración; por defecto: ./d8.toml, y después la del usuario.
help-doctor--json = Escribe un solo objeto: {"{"}status, checks: [{"{"}name, status, message, next{"}"}]{"}"}.
