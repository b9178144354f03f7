# Lo que dice el programa, en español. Fluent: https://projectfluent.org/fluent/guide/
# Las mismas claves que en.ftl. Las que empiezan por "help-" son las de la ayuda (--help): en inglés están en el código.

error = error: { $message }
hint = consejo: { $message }

## Momentos

moment-now = ahora
moment-ago = hace { $length }
moment-ahead = dentro de { $length }
clock-never = nunca
clock-tomorrow = { $time } de mañana
clock-on = { $time } del { $day }
clock-year = { $time } del { $day } de { $year }
clock-day =
    { $day } de { $month ->
        [1] enero
        [2] febrero
        [3] marzo
        [4] abril
        [5] mayo
        [6] junio
        [7] julio
        [8] agosto
        [9] septiembre
        [10] octubre
        [11] noviembre
       *[12] diciembre
    }

## Límites

limit-requests =
    { $amount ->
        [one] 1 petición
       *[other] { $amount } peticiones
    } { $each }
limit-tokens =
    { $amount ->
        [one] 1 token
       *[other] { $amount } tokens
    } { $each }
limit-input-tokens =
    { $amount ->
        [one] 1 token de entrada
       *[other] { $amount } tokens de entrada
    } { $each }
limit-output-tokens =
    { $amount ->
        [one] 1 token de salida
       *[other] { $amount } tokens de salida
    } { $each }
limit-cost = { $amount } { $each }
limit-concurrency = { $amount } a la vez
limit-unknown-requests-minute = peticiones por minuto
limit-unknown-tokens-minute = tokens por minuto
limit-unknown-requests-day = peticiones por día
limit-unknown-tokens-day = tokens por día
limit-found = { $amount } { $what } cada { $length }
amount-requests =
    { $amount ->
        [one] 1 petición
       *[other] { $amount } peticiones
    }
amount-tokens =
    { $amount ->
        [one] 1 token
       *[other] { $amount } tokens
    }
amount-input-tokens =
    { $amount ->
        [one] 1 token de entrada
       *[other] { $amount } tokens de entrada
    }
amount-output-tokens =
    { $amount ->
        [one] 1 token de salida
       *[other] { $amount } tokens de salida
    }
period =
    { $unit ->
        [month]
            { $count ->
                [one] mes
               *[other] { $count } meses
            }
        [day]
            { $count ->
                [one] día
               *[other] { $count } días
            }
        [hour]
            { $count ->
                [one] hora
               *[other] { $count } h
            }
        [minute]
            { $count ->
                [one] minuto
               *[other] { $count } min
            }
        [second]
            { $count ->
                [one] segundo
               *[other] { $count } s
            }
       *[millisecond] { $count } ms
    }
period-each =
    { $unit ->
        [month]
            { $count ->
                [one] por mes
               *[other] cada { $count } meses
            }
        [day]
            { $count ->
                [one] por día
               *[other] cada { $count } días
            }
        [hour]
            { $count ->
                [one] por hora
               *[other] cada { $count } h
            }
        [minute]
            { $count ->
                [one] por minuto
               *[other] cada { $count } min
            }
        [second]
            { $count ->
                [one] por segundo
               *[other] cada { $count } s
            }
       *[millisecond] cada { $count } ms
    }
reset-midnight = medianoche, hora { $zone }
reset-time = { $time }, hora { $zone }
reset-pacific = del Pacífico
reset-day = día { $day }, { $reset }

## Por qué falló una tarea

ending-too-large = más grande que un límite de cada cuenta que podría atenderla
ending-provider-error = el proveedor rechaza la petición
ending-attempts-exhausted = todos los intentos tropezaron con un fallo
ending-deadline-exceeded = se le pasó el plazo
ending-quarantined = apartada: su worker dejó de responder todas las veces

## Por qué algo espera

wait-quota-used-up = cuota agotada
wait-limit-used-up = límite de { $limit } agotado
wait-next-in = { $account }: { $what }, la próxima dentro de { $left }
wait-next-after-answer = { $account }: { $what }, la próxima tras una respuesta
wait-why-in = { $why }; faltan { $left }
wait-quota-next = espera, o añade a la ruta otra cuenta o una de reserva
wait-parked-next = arréglalo y vuelve a probar: d8 accounts unpark NOMBRE
wait-not-before = todavía no ha llegado su hora
wait-backoff = tropezó con un fallo y se volverá a intentar
wait-order = hay otras delante
wait-order-next = una prioridad más alta pasa antes
wait-patience = espera a la cuenta principal de su ruta; después irá a la de reserva
wait-workers = { $account }: todos los workers están ocupados o aún no han pedido trabajo
wait-workers-next = arranca otro worker
wait-no-worker = { $account }: ahora mismo no la atiende ningún worker
wait-no-worker-next = arranca uno: d8 worker --type ... --orchestrator URL
wait-no-skill = ningún worker puede hacerla: ninguno declara su tipo, o ninguno admite lo que pide
wait-no-skill-next = arranca un worker que declare el tipo en capabilities.task_types
wait-paused = está en pausa
wait-paused-next = reanúdala: d8 accounts resume NOMBRE
wait-no-target = no hay cuenta que pueda atenderla
wait-no-target-next = añade una cuenta en d8.toml, o arranca un worker que traiga la suya
turn =
    ; le tocará hacia las { $at }{ $before ->
        [0] , es la primera de la fila
        [one] , después de otra
       *[other] , después de otras { $before }
    }

## Por qué una cuenta no acepta nada

parked-quota-refused = rechazada por cuota; puede que alguien más esté usando la clave
parked-overloaded = el proveedor no tiene capacidad
parked-bad-key = el proveedor no acepta la clave; compruébala y repite la misma orden
parked-no-money = la cuenta se ha quedado sin saldo; recárgala y repite la misma orden
parked-model-unavailable = el proveedor no ofrece este modelo a esta cuenta; elige otro
parked-again = { $name }: { $why }; nuevo intento dentro de { $left }
refused = { $what }: rechazada por cuota; puede que alguien más esté usando la clave, o que el límite sea menor que el configurado; nuevo intento dentro de { $left }
spent =
    { $account }: la clave es válida y la configuración es correcta; { $tier ->
        [free] la cuota gratuita
       *[other] la cuota
    } por { $period } ({ $amount }) está agotada{ $others ->
        [none] {""}
        [all] , y nada de ella por D8
        [most] , en su mayor parte no por D8
       *[part] , en parte no por D8
    }; { $again }; { $instead }.
spent-configured = { $amount }; se habían configurado { $configured }
spent-again = libre otra vez a las { $until }
spent-again-resets = libre otra vez a las { $until } ({ $resets })
spent-again-answer = libre otra vez tras una respuesta
spent-instead = { $other } toma el relevo
spent-nobody = ninguna otra cuenta puede tomar el relevo: añade una, o espera

## Qué cabe esperar

forecast-runs-out = se agota a las { $at }
forecast-has-run-out = ya se ha agotado
forecast-next = próximo inicio a las { $at }
forecast-next-now = próximo inicio ahora

## La ayuda (--help): palabras comunes

help-heading-usage = Uso
help-heading-commands = Comandos
help-heading-arguments = Argumentos
help-heading-options = Opciones
help-heading-connection = Conexión
help-note-default = por defecto
help-note-possible = valores posibles
help-value-options = OPCIONES
help-value-command = COMANDO
help-value-account-from--to = CUENTA=DESDE..HASTA
help-value-addr = DIRECCIÓN
help-value-client = CLIENTE
help-value-file = ARCHIVO
help-value-file-jsonl = ARCHIVO.jsonl
help-value-file-svg = ARCHIVO.svg
help-value-group = GRUPO
help-value-kind-p = TIPO=P
help-value-language = IDIOMA
help-value-latency = LATENCIA
help-value-model = MODELO
help-value-name = NOMBRE
help-value-names = NOMBRES
help-value-out-jsonl = SALIDA.jsonl
help-value-route = RUTA
help-value-seed = SEMILLA
help-value-share = PARTE
help-value-status = ESTADO
help-value-time = TIEMPO
help-value-tier = PLAN
help-value-type = TIPO
help--lang = El idioma en que habla: en o es; sin esto, D8_LANG y, si no, el del sistema
help--help = Muestra esta ayuda
help--version = Muestra la versión
help-help = Muestra esta ayuda, o la de los comandos que se indiquen

## La ayuda: d8

help = Trabajo con LLM sobre cuotas limitadas: una cola duradera y un grupo de workers que nunca se topan con un 429
help-after =
    Ejemplos:
    {"  "}d8 run work.jsonl -o answers.jsonl
    {"  "}d8 demo
    {"  "}d8 run --demo examples/day.jsonl
    {"  "}d8 emulate --tier free

## La ayuda: d8 up

help-up = Arranca el orquestador: la cola, un worker por cuenta, las API HTTP y la página en /
help-up--listen = Dónde escuchar; con el puerto 0 elige el sistema. Por defecto: listen en [server] y, si no, 127.0.0.1:5000
help-up--config = La configuración; por defecto: ./d8.toml y después la del usuario
help-up-after =
    No hace falta ningún archivo: cada proveedor cuya clave esté en el entorno o en .env se convierte en una cuenta.

    Ejemplos:
    {"  "}GROQ_API_KEY=... d8 up                   http://127.0.0.1:5000, y http://[::1]:5000 donde haya IPv6
    {"  "}d8 up --listen 0.0.0.0:5000              para workers en otras máquinas; exige un token
    {"  "}d8 up --listen 127.0.0.1:0               un puerto libre; la primera línea de la salida dice cuál

    Ctrl-C o SIGTERM: lo que está en marcha puede terminar en 10 segundos; el segundo termina en el acto. No se pierde nada en ningún caso

## La ayuda: d8 run

help-run = Hace todo el trabajo de un archivo, hasta el final. Si se interrumpe en cualquier punto, la misma orden sigue donde se quedó
help-run--input = El trabajo: un objeto JSON por línea; `-` es la entrada estándar
help-run--output = A dónde van las respuestas; `-` es la salida estándar. Por defecto: el nombre de la entrada con .out.jsonl
help-run--model = Una ruta, cuenta/modelo o modelo para todas las líneas, en lugar del que diga cada una
help-run--name = El nombre por el que se reconoce la ejecución cuando continúa; por defecto: la máquina y la ruta de la entrada
help-run--time = Termina al cabo de este tiempo ("90s", "1h30m") con lo que esté hecho; la misma orden continúa
help-run--json = Un objeto JSON con los totales al final
help-run--demo = Proveedores emulados con los planes gratuitos de noviembre de 2025, el tiempo 32 veces más rápido; no hace falta clave
help-run--orchestrator = Que este orquestador haga el trabajo, esté configurado como esté
help-run--config = La configuración; por defecto: ./d8.toml y después la del usuario
help-run-after =
    Cada línea es una de estas
    {"  {"}"prompt": "..."{"}"}   {"{"}"messages": [...]{"}"}   {"{"}"custom_id": "...", "url": "/v1/chat/completions", "body": {"{"}...{"}}"}
    {"  "}cada una con id, model, priority (1..10) y max_tokens si se quiere

    Ejemplos:
    {"  "}d8 run work.jsonl                       las respuestas van a work.out.jsonl
    {"  "}d8 run work.jsonl -o answers.jsonl --for 1h
    {"  "}cat work.jsonl | d8 run - -o - | jq .response
    {"  "}d8 run --demo examples/day.jsonl        proveedores emulados, no hace falta clave

    Códigos de salida: 0 todo respondido, 1 no todo, 2 no se pudo empezar, 130 Ctrl-C

## La ayuda: d8 demo

help-demo = Mira cómo el mismo trabajo va a un worker simple, a un worker resistente y a D8, cada uno con sus propios planes gratuitos emulados. No hace falta clave
help-demo--tasks = Cuántas tareas recibe cada uno
help-demo--speed = Cuántas veces más rápido corre el tiempo: periodos, esperas y latencias por igual
help-demo--seed = La semilla de las latencias de los proveedores emulados
help-demo--day-left = Cuántas peticiones quedan del día de Gemini: el caso original, en que una ejecución anterior había gastado el resto
help-demo--json = Un objeto JSON con las filas finales
help-demo-after =
    El trabajo es una parte de examples/day.jsonl (Content Empire y Device Farm). Las cuotas son los planes gratuitos de noviembre de 2025: Gemini 15 peticiones por minuto y 1500 por día, Groq 30 por minuto y 14{"\u00A0"}400 por día. Todo lo demás es real: HTTP por sockets, colas, almacenes (en una carpeta temporal que se borra).

    Ejemplos:
    {"  "}d8 demo
    {"  "}d8 demo --tasks 60 --speed 60            en seis segundos
    {"  "}d8 demo --day-left 20                    un día que otro ya ha gastado
    {"  "}d8 demo --json | jq '.rows[] | {"{"}name, completed, failed, refused, seconds{"}"}'

    Códigos de salida: 0 mostrado hasta el final, 1 se interrumpió, 2 no se pudo empezar, 130 Ctrl-C

## La ayuda: d8 worker

help-worker = Arranca en esta máquina un worker para un orquestador que está en otra; su clave se queda aquí
help-worker--kind = El proveedor al que llama: groq, gemini, openai, ...
help-worker--orchestrator = Dónde está el orquestador, con su token si lo pide. Por defecto: http://127.0.0.1:5000
help-worker--id = Su nombre, único entre todos los workers. Por defecto: el tipo y el nombre de esta máquina
help-worker--account = La cuenta que atiende: del d8.toml de aquí, del orquestador o de ambos
help-worker--slots = Cuántos intentos hace a la vez; el orquestador lleva los límites
help-worker--config = El d8.toml que tiene la cuenta; por defecto: ./d8.toml y después el del usuario
help-worker--base-url = Dónde está el proveedor, con la ruta de la versión o sin ella
help-worker-after =
    Lo que no dice ninguna opción viene del entorno y después de .env.worker.TIPO, .env.worker y .env en esta carpeta: WORKER_TYPE, WORKER_ID, ORCHESTRATOR_URL, D8_TOKEN, las variables del propio proveedor, como GROQ_API_KEY y GROQ_BASE_URL, o API_KEY. WORKER_POLL_INTERVAL no hace falta: los trabajos llegan cuando los hay.

    Ejemplos:
    {"  "}GROQ_API_KEY=... d8 worker --type groq --orchestrator http://pi:5000
    {"  "}d8 worker --type gemini --orchestrator http://d8:TOKEN@pi:5000 --id attic
    {"  "}d8 worker --account groq-main            clave, URL y modelos del d8.toml

    Códigos de salida: 0 terminado con Ctrl-C o SIGTERM, 1 ya no se le admite, 2 no se pudo empezar, 130 Ctrl-C dos veces

## La ayuda: órdenes que hablan con un orquestador

help--orchestrator = El orquestador. Por defecto: ORCHESTRATOR_URL, quien tenga abierto el almacén, http://127.0.0.1:5000
help--config = La configuración que nombra el almacén; por defecto: ./d8.toml y después la del usuario
help--json = Muestra en JSON lo que responde la API HTTP

## La ayuda: d8 submit

help-submit = Entrega un prompt, o un archivo de tareas, a un orquestador en marcha. Se conserva cuando la orden termina
help-submit--prompt = El prompt; `-` es la entrada estándar
help-submit--file = Tareas, un objeto JSON por línea, en lugar de un prompt; `-` es la entrada estándar
help-submit--wait = Espera la respuesta y la muestra; como mucho este tiempo ("90s", "5m"). La tarea sigue después
help-submit--model = Una ruta, cuenta/modelo o un modelo; por defecto: la ruta `default`
help-submit--priority = De 1 a 10, la más alta pasa antes; por defecto 5
help-submit--kind = Qué clase de tarea es; por defecto `agent_action`
help-submit--group = El grupo al que pertenece, para recuentos y filtros
help-submit--client = Para quién es: los clientes comparten a partes iguales
help-submit--key = La misma clave otra vez es la misma tarea, no una segunda. Con un archivo: así empieza la clave de cada línea
help-submit--metadata = Un objeto JSON que se guarda con ella
help-submit--max-tokens = La respuesta más larga que se quiere, en tokens
help-submit--not-before = No empezar antes de: 10m (desde ahora), 2026-08-01T14:00, 2026-08-01T14:00:00Z
help-submit--deadline = Abandonar después de; se escribe como --not-before
help-submit--callback = La URL a la que se comunica el resultado
help-submit-after =
    Muestra el id de la tarea; con --wait, la respuesta. Las líneas de un archivo son lo que acepta POST /api/tasks:
    {"  {"}"prompt": "..."{"}"} o {"{"}"messages": [...]{"}"}, cada una con model, priority, group, idempotency_key ... si se quiere

    Ejemplos:
    {"  "}d8 submit 'Nombra tres ríos'
    {"  "}d8 submit 'Nombra tres ríos' --wait -m groq-main/llama-3.3-70b-versatile
    {"  "}git diff | d8 submit - --wait 5m --priority 9
    {"  "}d8 submit --file work.jsonl --group monday --key monday

    Códigos de salida: 0 admitida (con --wait: respondida), 1 rechazada o fallida, 2 no hay orquestador, 130 Ctrl-C

## La ayuda: d8 tasks

help-tasks = Lista, muestra, cancela, repite o cambia la prioridad de las tareas de un orquestador en marcha
help-tasks-after =
    Sin más palabras, las lista.

    Ejemplos:
    {"  "}d8 tasks --status failed
    {"  "}d8 tasks show task_12
    {"  "}d8 tasks retry --status failed --group monday
    {"  "}d8 tasks reprioritise --priority 9 --client web
help-tasks--status = Solo las tareas que estén así
help-tasks--route = Solo las tareas de esta ruta
help-tasks--group = Solo las tareas de este grupo, por ejemplo una ejecución
help-tasks--client = Solo las tareas de este cliente
help-tasks--limit = Cuántas como mucho
help-tasks--after = Seguir después de esta, como dijo la última lista
help-tasks--ids = Las tareas
help-tasks--all = Todas las tareas que haya
help-tasks-ls = Lista las tareas: cómo está cada una, y por qué espera o falló
help-tasks-ls-after =
    Ejemplos:
    {"  "}d8 tasks ls --status pending
    {"  "}d8 tasks ls --group monday --limit 500 --json | jq -r '.tasks[].task_id'
help-tasks-show = Muestra una tarea: sus intentos, por qué espera o falló, su respuesta
help-tasks-show--id = La tarea, como la nombran `d8 submit` y `d8 tasks ls`
help-tasks-show-after =
    Ejemplos:
    {"  "}d8 tasks show task_12
    {"  "}d8 tasks show task_12 --json | jq -r .result.choices[0].message.content
help-tasks-cancel = Cancela tareas que no han terminado: las que se nombren, o todas las que encuentren las opciones
help-tasks-cancel-after =
    Ejemplos:
    {"  "}d8 tasks cancel task_12 task_13
    {"  "}d8 tasks cancel --status pending --group monday
    {"  "}d8 tasks cancel --all
help-tasks-retry = Repite tareas que fallaron o se cancelaron: las que se nombren, o todas las que encuentren las opciones
help-tasks-retry-after =
    Ejemplos:
    {"  "}d8 tasks retry task_12
    {"  "}d8 tasks retry --status failed --group monday
help-tasks-reprioritise = Da otra prioridad a todas las tareas en espera que encuentren las opciones
help-tasks-reprioritise--priority = La nueva: de 1 a 10, la más alta pasa antes
help-tasks-reprioritise-after =
    Ejemplo:
    {"  "}d8 tasks reprioritise --priority 9 --group monday

## La ayuda: d8 workers

help-workers = Lista los workers de un orquestador en marcha: qué hace cada uno y cuándo se supo de él por última vez
help-workers-after =
    Ejemplos:
    {"  "}d8 workers
    {"  "}d8 workers --json | jq '.workers[] | select(.status == "offline").worker_id'

## La ayuda: d8 accounts

help-accounts = Lista las cuentas de un orquestador en marcha con sus límites; o pausa, reanuda, libera u olvida una
help-accounts-after =
    Sin más palabras, las lista.

    Ejemplos:
    {"  "}d8 accounts
    {"  "}d8 accounts pause groq-main       no empieza nada más en ella; lo que está en marcha sigue
    {"  "}d8 accounts unpark gemini-main    la prueba en el acto, tras arreglar la clave o el saldo
help-accounts--name = La cuenta, como la nombra `d8 accounts`
help-accounts-ls = Las lista: cuánto de cada límite está usado, por quién y hasta cuándo
help-accounts-ls-after =
    Ejemplo:
    {"  "}d8 accounts ls --json | jq '.accounts[].limits'
help-accounts-pause = No empieza nada más en una cuenta hasta que se reanude; lo que está en marcha sigue
help-accounts-pause-after =
    Ejemplo:
    {"  "}d8 accounts pause groq-main
help-accounts-resume = Deja seguir a una cuenta en pausa
help-accounts-resume-after =
    Ejemplo:
    {"  "}d8 accounts resume groq-main
help-accounts-unpark = Vuelve a probar en el acto una cuenta aparcada: su clave o su saldo ya están en orden
help-accounts-unpark-after =
    Ejemplo:
    {"  "}d8 accounts unpark groq-main
help-accounts-forget = Olvida lo aprendido de los límites de una cuenta: vuelve a valer lo configurado, y lo rechazado se prueba otra vez
help-accounts-forget-after =
    Ejemplo:
    {"  "}d8 accounts forget groq-main      cuando el proveedor te ha subido los límites

## La ayuda: d8 stats

help-stats = Muestra cómo está un orquestador en marcha: workers, tareas y lo que queda de la cuota de cada cuenta
help-stats--watch = Lo dibuja de nuevo cada segundo, hasta Ctrl-C
help-stats-after =
    Ejemplos:
    {"  "}d8 stats
    {"  "}d8 stats --watch                 de nuevo cada segundo, hasta Ctrl-C
    {"  "}d8 stats --json | jq .tasks.pending

## La ayuda: d8 emulate

help-emulate = Hace de Groq, OpenAI y Gemini y aplica sus límites como ellos: pon a prueba cualquier cliente frente a los 429
help-emulate--listen = Dónde escuchar; con el puerto 0 toma uno libre y lo muestra
help-emulate--tier = Qué límites: free (los de hoy), free-2025-11, unlimited
help-emulate--speed = Divide periodos, latencias y plazos indicados; los relojes dicen la hora de verdad
help-emulate--seed = La semilla de todo azar
help-emulate--latency = none, hosted (un proveedor visto desde casa), o un tiempo fijo como 200ms
help-emulate--faults = Un fallo y su probabilidad, como 503=0.05: 500, 503, hang, drop, cut, garbage. Se puede repetir
help-emulate--gemini-sliding = Cuenta el minuto de Gemini como ventana deslizante, no por el reloj
help-emulate--gemini-utc-hints = Los rechazos de Gemini por el día apuntan a la medianoche UTC, como desde octubre de 2026, y no al minuto siguiente
help-emulate-after =
    Sirve /openai/v1 (Groq), /v1 (OpenAI), /v1beta (Gemini) y /__d8/score.
    Cada clave es una cuenta aparte; las que empiezan por bad- se rechazan.

    Ejemplos:
    {"  "}d8 emulate
    {"  "}d8 emulate --listen 127.0.0.1:9000 --tier free-2025-11 --speed 30 --latency hosted
    {"  "}d8 emulate --fault 503=0.05 --fault drop=0.01 --seed 7
    {"  "}GROQ_API_KEY=test GROQ_BASE_URL=http://127.0.0.1:9000/openai/v1 d8 run work.jsonl

## La ayuda: d8 simulate

help-simulate = Hace el trabajo de un día en segundos: tus cuentas y tu trabajo en tiempo virtual, con D8 y con otros métodos a la par
help-simulate--input = El trabajo, como lo lee `d8 run`; `-` es la entrada estándar. Sin él: tareas de un mismo tamaño, según las opciones
help-simulate--per-day = Cuántas tareas al día, entregadas todas a la vez
help-simulate--in-tokens = Tokens de un prompt
help-simulate--out-tokens = Tokens de una respuesta, de media; varían en la mitad
help-simulate--spread = Entrega el trabajo repartido por igual a lo largo de un día, no de golpe
help-simulate--longest = Termina al cabo de este tiempo; lo que quede abierto cuenta como fallido
help-simulate--policy = Qué métodos, separados por comas. Por defecto: d8,plain,resilient; con --scenario, seis de ellos
help-simulate--seed = La semilla de todo azar
help-simulate--start = Cuándo empieza el trabajo
help-simulate--latency = Cuánto se tarda en atender una petición, de media
help-simulate--jitter = Lo máximo que se retrasa una petición en el camino
help-simulate--heavy-tail = Casi siempre una décima parte del retraso máximo, a veces varias veces más
help-simulate--foreign = La parte de la cuota de cada cuenta que pide otro, por ejemplo 0.3
help-simulate--wrong-limits = Lo que se cree de los límites es tantas veces la verdad, por ejemplo 1.5
help-simulate--unknown-limits = No se conoce ningún límite
help-simulate--clock = Cuánto va adelantado el reloj de los proveedores respecto al nuestro (-3s: atrasado)
help-simulate--outages = Una cuenta responde 503 durante un tiempo contado desde el comienzo, como groq=10m..20m. Se puede repetir
help-simulate--demo = Los planes gratuitos de Groq y Gemini de noviembre de 2025 en lugar de tus cuentas
help-simulate--config = La configuración; por defecto: ./d8.toml y después la del usuario
help-simulate--scenario = Un mundo guardado con sus propias cuentas y su trabajo, o `all` para todos; un nombre desconocido los lista
help-simulate--markdown = Los mundos guardados en una tabla de Markdown
help-simulate--plot = Un dibujo del uso de la cuota a lo largo del tiempo, en SVG
help-simulate--json = Un objeto JSON con todas las cifras
help-simulate-after =
    El motor es el que usa `d8 run`; los proveedores cuentan como el emulador. No se envía ni se guarda nada. La misma semilla da las mismas cifras.

    Métodos: d8; plain, resilient y groq (los workers de The Hive); backoff, token-bucket y cooldown (de uso común).
    BOUND es el mínimo tiempo en que los límites permiten lo que se completó; RATIO es ese tiempo entre el real.

    Ejemplos:
    {"  "}d8 simulate work.jsonl                           tus cuentas, un archivo de trabajo
    {"  "}d8 simulate --demo --per-day 1500                los planes gratuitos de noviembre de 2025, sin clave
    {"  "}d8 simulate --per-day 5000 --in-tokens 800 --out-tokens 300 --policy d8,backoff,cooldown
    {"  "}d8 simulate work.jsonl --foreign 0.3 --jitter 0.2s --heavy-tail
    {"  "}d8 simulate work.jsonl --down groq-main=10m..20m --clock 3s --json
    {"  "}d8 simulate --demo --plot day.svg                un dibujo de todo
    {"  "}d8 simulate --scenario all                       mundos guardados, con seis métodos
