# Lo que dice el programa, en español. Fluent: https://projectfluent.org/fluent/guide/
# Las mismas claves que en.ftl. Las que empiezan por "help-" son las de la ayuda (--help): en inglés están en el código.

error = error: { $message }
hint = consejo: { $message }

## config

config-no-folder = no se puede leer la carpeta actual: { $why }
config-note = nota: { $notice }
config-no-file = no hay d8.toml, ni aquí ni en { $user }; decide solo el entorno
config-is-right = { $file } está bien: { $accounts ->
    [one] 1 cuenta
   *[other] { $accounts } cuentas
}, { $routes ->
    [one] 1 ruta
   *[other] { $routes } rutas
}, { $agents ->
    [one] 1 agente
   *[other] { $agents } agentes
}
config-hidden = (oculta)
config-environment = el entorno
config-setting = AJUSTE
config-value = VALOR
config-from-line = { $file }, línea { $line }
config-from-variable = variable { $name }
config-from-dotenv = { $name } en { $file }
config-named-in = { $from }, nombrada en { $file }, línea { $line }
config-from-catalogue = catálogo del { $date }
config-from-own-entry = [[provider]] en { $file }
config-from-default = por defecto
help-config = Muestra la configuración tal como queda resuelta, dice qué archivo es o comprueba uno
help-config-after = Ejemplos:
    { "  " }d8 config show                    cada ajuste y de dónde viene; las claves no se muestran nunca
    { "  " }d8 config show --json | jq '.sections[] | select(.section == "account").name'
    { "  " }d8 config path                    el d8.toml que se lee aquí
    { "  " }d8 config check new.toml && mv new.toml d8.toml && d8 reload
help-config-show = Muestra cada ajuste y de dónde viene: una línea de d8.toml, una variable, .env, el catálogo o el valor por defecto
help-config-show-after = Las claves y los tokens no se muestran nunca, solo dónde se guardan.

    Ejemplos:
    { "  " }d8 config show
    { "  " }d8 config show --config other.toml --json
help-config-show--config = La configuración; por defecto ./d8.toml, después la del usuario
help-config-show--json = La muestra en JSON
help-config-path = Dice qué d8.toml se lee aquí
help-config-path-after = Sale con 0 si hay uno y con 1 si decide solo el entorno.

    Ejemplo:
    { "  " }$EDITOR "$(d8 config path)"
help-config-check = Lee una configuración y dice qué tiene mal; no arranca nada
help-config-check-after = Sale con 0 si está bien y con 2 si no.

    Ejemplo:
    { "  " }d8 config check
help-config-check--file = El archivo que se comprueba; por defecto ./d8.toml, después el del usuario
config-patience = { $queued } ({ $interactive } en las interactivas)

## reload

reload-nothing = no ha cambiado nada
reload-faulty = en el orquestador en marcha no ha cambiado nada; corrige el archivo y repite `d8 reload`
reload-restart = { $setting } es distinto y pide reiniciar: hasta entonces queda como está
reload-account = cuenta { $account }: { $what }
reload-account-added = cuenta { $account } añadida ({ $provider })
reload-account-removed = cuenta { $account } quitada: sus tareas en curso terminan, no se le da nada nuevo
reload-key = cuenta { $account }: otra clave
reload-limit = límite { $from } -> { $to }
reload-limit-added = límite + { $limit }
reload-limit-removed = límite - { $limit }
reload-models = modelos { $models }
reload-route = ruta { $route }: { $level } { $targets }
reload-route-order = ruta { $route }: { $level } en otro orden
reload-route-added = ruta { $route } añadida: { $targets }
reload-route-removed = ruta { $route } quitada
reload-route-setting = ruta { $route }: { $change }
reload-agent = agente { $agent }: ha cambiado
reload-agent-added = agente { $agent } añadido
reload-agent-removed = agente { $agent } quitado: termina lo que tiene entre manos, no se le da nada nuevo
reload-workers = las reglas para los workers
reload-server = servidor: { $change }
help-reload = Hace que un orquestador en marcha vuelva a leer d8.toml y .env: lo que cambió entra en vigor y no se pierde nada
help-reload-after = Un archivo con errores no cambia nada; el error dice qué le pasa. Lo que está en curso termina como habría terminado, y
    lo gastado sigue gastado. En Linux y macOS, SIGHUP hace lo mismo.

    Ejemplos:
    { "  " }d8 reload
    { "  " }d8 config check d8.toml && d8 reload
    { "  " }d8 reload --json | jq .changes

## import

import-no-yaml = { $file } no es el YAML de una configuración de LiteLLM
import-no-models = { $file } no tiene `model_list`: no es la configuración de un proxy de LiteLLM
import-nothing = aquí no sirve nada de { $file }; contiene:
import-unusable = lo que ha salido no se puede usar: { $why }
import-unreadable = no se puede leer { $file }: { $why }
import-unwritable = no se puede escribir { $file }: { $why }
import-head = Escrito por `d8 import litellm { $file }`. Cada parte dice de dónde viene.
    rpm y tpm son topes; lo que dejan abierto lo dice el catálogo (`d8 config show`). Las claves están en .env.
import-left-because = { $what }: { $why }
import-why-incomplete = no tiene model_name o no tiene litellm_params
import-why-mode = D8 hace chat completions y esto es { $mode }
import-why-pattern = patrones de modelos: nombra los modelos
import-why-provider = D8 no conoce ningún proveedor `{ $provider }`
import-why-wire = D8 todavía no habla el protocolo de { $provider }; sus modelos se consiguen a través de `openrouter`
import-why-base = no tiene api_base
import-why-unset = la variable { $name } no está definida aquí; escribe la dirección como base_url
import-no-such-name = { $what }: no existe `{ $name }`
import-better = { $provider }, { $model }: está escrito { $what } { $written }; el catálogo del { $date } dice { $known } para el nivel `{ $tier }`: queda como tu tope, bájalo o quítalo, o nombra tu nivel (hay: { $tiers })
import-heading-better = lo que el catálogo sabe mejor:
import-heading-left = lo que no se ha pasado:
import-moved = las claves que estaban en el archivo están ahora en { $file }: { $names }
import-would-move = las claves que están en el archivo irían a { $file }: { $names }
import-unset = define en el entorno o en .env: { $names }
import-written = { $file } está escrito: { $accounts ->
    [one] 1 cuenta
   *[other] { $accounts } cuentas
}, { $routes ->
    [one] 1 ruta
   *[other] { $routes } rutas
}
import-next = ahora: d8 config show --config { $file }, y después d8 up --config { $file }
import-ask = { $file } ya existe. ¿Reemplazarlo?
import-kept = no se ha escrito nada
import-exists = { $file } ya existe
import-exists-hint = da otro nombre con --out, reemplázalo con --yes o mira antes con --dry-run
help-import = Convierte la configuración de otro programa en un d8.toml
help-import-after = Ejemplo:
    { "  " }d8 import litellm config.yaml --dry-run
help-import-litellm = Convierte el config.yaml de un proxy de LiteLLM en un d8.toml
help-import-litellm-after = Modelos, claves, límites, fallbacks y alias pasan a cuentas y rutas. Lo que no se entiende se dice. Las claves que están en el archivo pasan a .env, junto al d8.toml; ni d8.toml ni la pantalla las muestran.

    Ejemplos:
    { "  " }d8 import litellm config.yaml --dry-run
    { "  " }d8 import litellm config.yaml --out d8.toml
help-import-litellm--file = El YAML
help-import-litellm--out = Adónde escribir
help-import-litellm--dry-run = Muestra el d8.toml y no escribe nada
help-import-litellm--yes = Reemplaza lo que haya sin preguntar

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

help-agents = Muestra los agentes de un orquestador en marcha, mira uno, ponlo en pausa o reanúdalo, hazlo trabajar ahora o mira antes lo que hará
help-agents-after =
    Los agentes son las tablas [[agent]] de d8.toml: preguntas que llegan solas. Sin más palabras, los muestra.

    Ejemplos:
      d8 agents
      d8 agents preview tweet --times 3    lo que preguntará y cuándo; no envía nada
      d8 agents run tweet                  un encargo ahora, aparte de su horario
      d8 agents run --all --times 5 --demo --config examples/content-empire/d8.toml
help-agents--name = El agente, como lo llama d8.toml
help-agents-ls = Los muestra: cuándo trabaja cada uno, cuánto ha hecho y qué tiene en marcha
help-agents-ls-after =
    Ejemplo:
      d8 agents ls --json | jq '.agents[] | select(.state == "trouble")'
help-agents-show = Muestra un agente con todo lo que se sabe de él
help-agents-show-after =
    Ejemplo:
      d8 agents show tweet
help-agents-pause = No empieza más trabajo de un agente hasta que se reanude; lo que está en marcha sigue
help-agents-pause-after =
    Ejemplo:
      d8 agents pause tweet
help-agents-resume = Deja seguir a un agente en pausa; lo que habría hecho mientras tanto no se recupera
help-agents-resume-after =
    Ejemplo:
      d8 agents resume tweet
help-agents-run = Hace trabajar a un agente ahora, aparte de su horario
help-agents-run-after =
    Ejemplos:
      d8 agents run tweet --times 3
      d8 agents run --all
      d8 agents run --all --times 5 --demo --config examples/content-empire/d8.toml

    Con --demo no hace falta orquestador ni clave: los proveedores son emulados, sus respuestas son texto de relleno y los archivos van a una carpeta demo junto a d8.toml. Ctrl-C no pierde nada: la misma orden sigue donde lo dejó.

    Códigos de salida: 0 hecho, 1 algo falló, 2 no pudo empezar, 130 Ctrl-C
help-agents-run--all = Todos los agentes
help-agents-run--times = Cuántos encargos hace cada uno
help-agents-run--demo = Aquí y ahora, con proveedores emulados, hasta que todo esté hecho
help-agents-preview = Enseña lo que preguntará un agente y cuándo; no envía nada ni necesita orquestador
help-agents-preview-after =
    Ejemplo:
      d8 agents preview tweet --times 3
help-agents-preview--times = Cuántos encargos enseñar
agent-nameless = un agente necesita un nombre sin barras
agent-twice = dos agentes se llaman `{ $name }`
agent-no-route = no hay ninguna ruta `{ $name }`
agent-routes-are = las rutas son
agent-no-model-next = `d8 accounts ls` muestra los modelos que hay; sin `model` es la ruta por defecto
agent-unknown-name = nombre desconocido: `{ $name }`
agent-no-topics = el agente no tiene temas; añade `topics = ["..."]`
agent-names-are = los nombres aquí son: { $known }; añade el tuyo con `{ $vars }`
agent-too-often = un agente trabaja como mucho una vez por segundo
agent-never-works = con `per_day` de 0 no trabaja nunca
agent-one-schedule = un agente tiene uno de `every`, `cron` y `per_day`
agent-write-schedule = escribe `every = "15m"`, `cron = "*/15 * * * *"` o `per_day = 100`
agent-unknown-zone = zona horaria desconocida: `{ $name }`
agent-write-zone = escríbela como `Europe/Madrid`, `America/Mexico_City` o `UTC`
agent-no-hours = `{ $written }` no son horas de un día
agent-hours-turned = las horas terminan antes de empezar
cron-fields = una línea de cron tiene cinco campos, no { $count }
cron-fields-next = minuto, hora, día del mes, mes, día de la semana: `*/15 * * * *`
cron-no-such = `{ $written }` no es { $field ->
    [minute] un minuto
    [hour] una hora
    [day] un día del mes
    [month] un mes
   *[weekday] un día de la semana
}
cron-takes = es `*`, o de { $least } a { $greatest }, también como rango, lista o con un paso
cron-never = `{ $line }` no llega nunca
cron-never-next = ningún mes tiene ese día: `0 9 1 * *` es el primero de cada uno
agent-route-and-model = `route` y `model` dicen lo mismo
agent-give-one = da solo uno
agent-priority = la prioridad va de 1 a 10, primero la más alta
agent-no-tokens = una respuesta de 0 tokens no dice nada
agent-temperature = la temperatura va de 0 a 2
agent-schema-of-text = un esquema es para JSON, pero `response_format` es `text`
agent-no-schema = un esquema es una tabla o un archivo de JSON
agent-write-schema = escribe `{ $table }` o `schema = "file:answer.schema.json"`
agent-schema-unreadable = no se puede leer el archivo del esquema, { $file }: { $why }
agent-schema-no-json = el archivo del esquema, { $file }, no es JSON: { $why }
agent-write-topic = escribe un tema como { $example } o { $table }, o `file:` y una ruta
agent-topic-more = un tema contiene algo más que textos
agent-topic-lacks = a un tema le falta su `topic`
agent-topic-no-text = un tema no es texto
agent-topics-unreadable = no se puede leer el archivo de temas { $file }: { $why }
agent-topics-empty = el archivo { $file } no tiene ningún tema
agent-no-topic-list = falta la lista `topics`
agent-write-topics = escribe `{ $example }`
agent-topics-common = lo que todos los temas tienen en común deben ser textos
agent-topic-without = el tema `{ $topic }` no tiene `{ $name }`
agent-topic-without-next = dáselo a cada tema, o a todos los de un archivo encima de su lista
agent-language-no-topics = `{ $what }` se da por idiomas, pero el agente no tiene temas
agent-topics-language = los temas tienen un idioma: `{ $example }`
agent-every-topic-language = `{ $what }` se da por idiomas, así que cada tema necesita uno
agent-language-nothing = `{ $what }` no tiene nada para el idioma `{ $language }`
agent-file-unreadable = no se puede leer el archivo { $file }: { $why }
agent-file-unreadable-next = escribe aquí mismo el texto de `{ $what }`, o `file:` y una ruta junto a d8.toml
agent-text-empty = `{ $what }` está vacío
agent-not-in-braces = `{ $name }` no puede ir entre llaves
agent-not-in-braces-next = un nombre son letras, dígitos, `_` y `-`
agent-own-meaning = `{ $name }` ya tiene su propio significado
agent-other-name = elige otro nombre
agent-no-value = `{ $name }` no tiene ningún valor
agent-no-text = `{ $what }` no es texto
agent-no-text-next = escribe `{ $what } = "..."`, o uno por cada idioma: `{ $what }.es = "..."`
agent-output-nameless = la salida no tiene nombre
agent-no-program = la orden no nombra ningún programa
agent-write-command = escríbela como `command = ["publish", "--draft"]`; ningún shell la lee
agent-webhook-no-url = el webhook no es una URL: { $why }
agent-webhook-write = escríbelo entero, como en https://example.com/hooks/d8
agent-webhook-too-long = el webhook tiene más de 2048 bytes
agent-webhook-shorten = acórtalo
agent-webhook-scheme = el webhook empieza por `{ $scheme }:`, pero solo se avisa por http y https
agent-webhook-user = el webhook lleva un nombre de usuario o una contraseña
agent-webhook-leave-out = quítalo: el receptor reconoce a D8 por la firma de `webhook-signature`
agent-webhook-not-public = el host del webhook, { $host }, es { $what ->
    [metadata] una dirección de metadatos de una nube
    [nowhere] la dirección de ninguna máquina
    [private] una dirección privada
    [carrier] una dirección de la red interna de un operador
    [here] esta misma máquina
    [link-local] una dirección de enlace local
    [reserved] una dirección reservada
    [example] una dirección para ejemplos
    [six-to-four] una dirección 6to4
    [multicast] una dirección multicast
    [mapped] una dirección IPv4 escrita como IPv6
    [nat64] una dirección NAT64
   *[local-name] un nombre de esta máquina o red
}, y los avisos solo van a direcciones públicas
agent-webhook-public = da una URL pública o, si el receptor es tuyo, escribe `allow_private_callbacks = true` en [server]
agents-piece-failed = { $task } falló; `d8 tasks show { $task }` dice por qué
agents-program-late = no terminó en { $seconds } s y se detuvo
agents-program-unstartable = no se puede arrancar: { $why }
agents-program-lost = se perdió: { $why }
agents-program-ended = terminó con { $status }
agents-no-request = su petición no es una que acepte un proveedor
## En todas partes

note = nota: { $message }
warning = aviso: { $message }
no-tls = no se puede preparar la biblioteca de TLS
no-threads = no se pueden crear hilos: { $error }
folder-unreadable = no se puede leer la carpeta actual: { $error }
unwritable = no se puede escribir { $path }: { $problem }
engine-stopped = el motor se ha parado
model-unknown = el modelo `{ $asked }` no es ni una ruta ni un modelo de ninguna cuenta
model-unknown-near = el modelo `{ $asked }` no es ni una ruta ni un modelo de ninguna cuenta; ¿querías decir `{ $near }`?
state-task =
    { $state ->
        [pending] pendiente
        [assigned] en curso
        [completed] completada
        [failed] fallida
        [cancelled] cancelada
       *[other] { $state }
    }
state-worker =
    { $state ->
        [online] en línea
        [busy] ocupado
        [offline] desconectado
       *[other] { $state }
    }
state-attempt =
    { $state ->
        [answered] respondido
        [refused] rechazado por cuota
        [fault] fallo
        [rejected] petición rechazada
        [denied] acceso denegado
        [given_back] devuelto
        [silent] callado
        [cancelled] cancelado
       *[other] { $state }
    }
system-error =
    { $kind ->
        [not-found] no existe ese archivo o carpeta
        [not-allowed] permiso denegado
        [exists] ya existe
        [is-folder] es una carpeta
        [no-folder] una parte de la ruta no es una carpeta
        [full] no queda sitio en el disco
        [read-only] el sistema de archivos es de solo lectura
        [refused] conexión rechazada
        [reset] la conexión se cortó
        [unreachable] no hay camino hasta esa máquina
        [timeout] no llegó nada a tiempo
        [no-text] no es texto en UTF-8
       *[other] { $words }
    }
no-reply-in-time = sin respuesta a tiempo
no-reply-no-connection = sin conexión
no-reply-broke-off = la conexión se cortó
no-reply-too-much = la respuesta pasa de 64 MiB
no-reply-unfit-key = la clave tiene caracteres que no caben en ninguna cabecera
no-http-client = cuenta `{ $account }`: no hay cliente HTTP: { $why }
policy-no-retry = 429, y la política `{ $name }` no reintenta
policy-retried = 429, también tras { $count ->
    [one] 1 reintento
   *[other] { $count } reintentos
} de la política `{ $name }`
policy-only-429 = la política `{ $name }` solo reintenta los 429

## up

up-token = token para quien llame desde otras máquinas, solo se muestra esta vez: { $token }
up-token-kept = se guarda en { $file }
up-no-account = no hay ninguna cuenta: ni d8.toml ni el entorno nombran una clave; solo se atiende a los workers que traigan la suya
up-no-account-hint = ejecuta `d8 setup`, o pon GROQ_API_KEY o GEMINI_API_KEY en el entorno o en un archivo llamado .env, y arranca de nuevo
up-account = cuenta { $account }: { $provider }, { $models ->
    [one] 1 modelo
   *[other] { $models } modelos
}, { $served }
up-served-here = se atiende aquí
up-waits-for-worker = espera a un worker que tenga su clave
up-agent = agente { $agent }: { $schedule }
up-agent-paused = agente { $agent }: { $schedule }, en pausa
up-ready = en marcha; Ctrl-C lo termina
up-stopping = parando: lo que está en marcha puede terminar; otro Ctrl-C termina en el acto
up-still-under-way = parando: aún hay llamadas en marcha; cuentan como gastadas
up-start-again = arráncalo de nuevo: lo confirmado se conserva, y sigue donde se quedó

## token

token-hint = pon `[server] token` en d8.toml, o D8_SERVER__TOKEN, o escucha en 127.0.0.1
token-no-folder = más allá de esta máquina hace falta un token, y no hay carpeta de datos donde guardarlo
token-unreadable = no se puede leer el token del servidor en { $path }: { $why }
token-unwritable = no se puede escribir el token del servidor en { $path }: { $why }
token-no-randomness = no se puede crear un token: el sistema no da números aleatorios: { $why }

## run

run-demo = demostración: Groq (30 peticiones por minuto) y Gemini (15 por minuto) emulados, los planes gratuitos de noviembre de 2025; { $speed } veces más rápido que el tiempo real
run-demo-score = los proveedores emulados aceptaron { $accepted } peticiones y rechazaron { $refused }
run-demo-all-done-before = todo estaba hecho de antes; con --run y otro nombre se hace de nuevo
run-to-do = { $open } por hacer
run-before = , { $before } hechas antes
run-allowed-in = las cuotas lo permiten en unos { $left }
run-allowed-by = las cuotas lo permiten hacia las { $at }
run-bad-line = línea { $line }: { $problem }
run-no-line = la entrada no tiene ninguna línea de trabajo
run-progress = { $ended } de { $total } · { $facts }
run-failed =
    { $failed ->
        [one] 1 fallida
       *[other] { $failed } fallidas
    }
run-rate = { $rate } por minuto
run-done-in = listo en unos { $left }
run-bar-rate = { $rate }/min
run-bar-left = listo en ~{ $left }
run-done = { $done } de { $total } hechas en { $time }
run-not-done = , { $failed } no
run-refused =
    { $refused ->
        [one] ; 1 rechazada por cuota
       *[other] ; { $refused } rechazadas por cuota
    }
run-bound = ; las cuotas no permiten menos de { $bound } ({ $percent } % de la cota)
run-done-by = el trabajo lo hace el proceso { $process }, que tiene abierto el almacén
run-goes-on-here = el proceso que hacía el trabajo ya no está; se sigue aquí
run-stopped-early = parado antes de leer la entrada hasta el final
run-stopped-early-hint = la misma orden continúa; no se pierde nada
run-same-command = repite la misma orden: lo hecho se conserva
run-then-same-command = después repite la misma orden: lo hecho se conserva
run-make-room = haz sitio o arréglalo y repite la misma orden: lo hecho se conserva
run-hopeless =
    { $open ->
        [one] parado: nada puede atender la que queda
       *[other] parado: nada puede atender las { $open } que quedan
    }
run-time-up = parado: se acabó el tiempo; la misma orden continúa
run-stopped = parado; la misma orden sigue donde se quedó esta
run-not-done-yet = todavía sin hacer; repite la misma orden
run-no-answer = su respuesta no está en el almacén
run-cancelled = cancelada
run-allows-nothing = { $account }: { $limit } no permite nada; elige otro modelo u otro nivel
run-no-route = ninguna cuenta atiende su ruta; nombra una con -m o añádela a d8.toml
run-no-account = no hay ninguna cuenta: ni d8.toml ni el entorno nombran una clave
run-no-account-hint = ejecuta `d8 setup`, o pon GROQ_API_KEY o GEMINI_API_KEY en el entorno o en un archivo llamado .env
run-no-account-demo = o pruébalo sin clave: d8 run --demo ARCHIVO.jsonl
run-set-up-otherwise = { $refused }, y está configurado de otra manera: { $all }
run-set-up-otherwise-hint = pon los dos iguales, para el otro, o usa otro almacén (store.url en d8.toml)
run-hand-over = o entrega el trabajo tal cual: la misma orden con --orchestrator URL
run-orchestrator-gone = el orquestador ya no está
run-unknown-form = el orquestador responde de una forma que este d8 no conoce: { $error }
run-same-version = usa la misma versión de d8 en los dos lados
run-in-and-out = { $path } es entrada y salida a la vez
run-other-output = nombra otro archivo con -o
run-other-output-or-rights = nombra otro archivo con -o, o corrige los permisos de la carpeta
run-is-folder = es una carpeta
run-is-no-file = no es un archivo; -o - escribe en la salida estándar
run-is-read-only = es de solo lectura
run-no-output = no se puede escribir en la salida estándar: { $error }
run-unreadable = no se puede leer { $path }: { $error }
run-unreadable-hint = nombra un archivo con un objeto JSON por línea, o - para la entrada estándar
run-no-input = no se puede leer la entrada estándar: { $error }
run-input-broken = no se puede leer la entrada: { $error }
run-line-too-long = más de 64 MiB
run-line-not-utf8 = no es UTF-8 (byte { $byte })
run-line-no-object = no es un objeto JSON: { $problem }
run-line-method = `method` es "{ $method }"; solo se conoce POST
run-line-url = `url` es "{ $url }"; solo se conoce { $known }
run-line-no-work = no hay ni `messages` ni `prompt` ni `body`
run-line-prompt = `prompt` tiene que ser un texto, y estar sin `messages`
run-line-id = `id` tiene que ser un texto
run-line-priority = `priority` va de 1 a 10

## demo

demo-introduction =
    { $tasks } tareas de Content Empire y Device Farm para cada uno, en planes gratuitos emulados
    de noviembre de 2025: Gemini 15 peticiones por minuto y 1500 por día, Groq 30 y
    14{"\u00A0"}400. Cada uno tiene sus propias claves, así que las cuotas son iguales para todos.
    El tiempo corre { $speed } veces más rápido: un minuto dura { $minute } s.
demo-day-left = Del día de Gemini solo quedan { $left } peticiones, y a nadie se le avisa.
demo-stopped = parado antes del final; no queda nada atrás
demo-on = con { $quotas }:
demo-next =
    ahora: pon tus claves en el entorno o en .env; después `d8 run ARCHIVO.jsonl`
    hace un archivo de trabajo y `d8 up` sirve una API. El README cuenta cómo.
demo-true-speed = a velocidad real: resistente { $resilient }, D8 { $d8 }; con Groq { $resilient_both }, { $d8_both }
demo-plain = worker simple
demo-plain-both = 2 workers simples
demo-resilient = worker resistente
demo-resilient-both = resistente + Groq
demo-both = ambas
demo-short-plain = simple
demo-short-resilient = resistente
demo-short-resilient-both = resist.+Groq
demo-standing = { $who }: { $done } de { $total } en { $time }
demo-lost =
    { $failed ->
        [one] , 1 perdida
       *[other] , { $failed } perdidas
    }
demo-not-yet = , { $left } por hacer
demo-refused =
    { $refused ->
        [0] , ningún 429
        [one] , un 429
       *[other] , { $refused } respuestas 429
    }
demo-least = ; las cuotas no permiten menos de { $least }
demo-title-quotas = CUOTAS
demo-title-who = QUIÉN
demo-title-done = HECHO
demo-title-lost = FALLO
demo-title-busy = ACTIVO
demo-title-wait = ESPERA
demo-title-left = RESTA
demo-title-time = TIEMPO
demo-title-progress = AVANCE

## worker

worker-bad-url = no se puede leer la URL del orquestador: { $why }
worker-bad-url-hint = escríbela como http://pi:5000, con token como http://d8:TOKEN@pi:5000
worker-begins = worker { $worker } ({ $kind }): trabaja para { $origin }, hasta { $slots } intentos a la vez
worker-serves = atiende la cuenta `{ $account }` ({ $models }); de sus límites se ocupa el orquestador; Ctrl-C lo termina
worker-no-models = sin modelos
worker-models = { $first } y { $more } más
worker-lost = el orquestador en { $origin } no responde ({ $why }); se reintenta hasta que lo haga
worker-back = el orquestador en { $origin } ha vuelto
worker-poll-refused = el orquestador rechaza una consulta (HTTP { $status }: { $message })
worker-undelivered = algunos informes no se pudieron entregar; el orquestador da sus intentos por perdidos y sigue
worker-ended = tarea { $task }, intento { $attempt }: { $what }
worker-answered = respondida en { $seconds } s
worker-answered-tokens = respondida en { $seconds } s, { $input } tokens de entrada, { $output } de salida
worker-refused = rechazada por la cuota, así que espera
worker-overloaded = el proveedor está sobrecargado
worker-no-answer = sin respuesta
worker-cut = la respuesta se cortó a medias
worker-too-large = demasiado grande para este modelo
worker-rejected = la petición se rechaza
worker-bad-key = el proveedor rechaza la clave
worker-no-money = la cuenta no tiene saldo
worker-no-model = la cuenta no tiene el modelo
worker-given-back = devuelta sin enviar
worker-bad-key-next = pon la clave correcta donde está la de este worker, arráncalo de nuevo y reactiva la cuenta: d8 accounts unpark
worker-no-money-next = paga al proveedor y después reactiva la cuenta: d8 accounts unpark
worker-no-model-next = nombra otros modelos para la cuenta en d8.toml
worker-not-its-own = el intento ya no es de este worker
worker-report-dropped = tarea { $task }, intento { $attempt }: se descarta el informe: { $why }
worker-ending = terminando: { $count ->
    [one] lo que está en marcha puede
   *[other] las { $count } que están en marcha pueden
} tardar { $seconds } s más; otra vez Ctrl-C termina al instante
worker-not-let-in = el orquestador en { $origin } no acepta este worker: { $why }
worker-token-next = da su token con la URL, como en http://d8:TOKEN@HOST:PORT, o como { $variable }
worker-other-server-next = mira si d8 up se ejecuta ahí, y en esta versión
worker-look-there-next = mira lo que dijo d8 up al arrancar ahí
worker-no-orchestrator = no es un orquestador de D8
worker-other-protocol = habla la versión { $theirs } del protocolo; este worker, la versión { $ours }
worker-no-client = no hay cliente HTTP: { $why }
worker-page-for-people = respondió con una página para personas
worker-answers-otherwise = no responde como un orquestador de D8
worker-odd-token = el token tiene caracteres que no caben en ninguna cabecera
worker-no-randomness = el sistema no da números aleatorios: { $why }
worker-no-such-account = el archivo que nombra --config no tiene ninguna cuenta `{ $name }`
worker-its-key = cuenta `{ $account }`: su api_key
worker-no-known-models = el catálogo no tiene modelos de `{ $provider }`
worker-no-known-models-next = escribe en d8.toml una [[account]] con `models`, y nómbrala con --account
worker-no-base-url = no se dice dónde está el servidor de `{ $provider }`
worker-no-base-url-variable = dilo con --base-url, o en { $variable }
worker-no-base-url-file = dilo con --base-url, o como base_url en d8.toml
worker-no-key = no hay clave para { $provider }
worker-placeholder = { $place } solo contiene el texto de ejemplo de una plantilla, no una clave
worker-key-next = escribe { $variable }=... en el archivo .env.worker.{ $provider } de { $folder }, o define la variable antes de arrancar d8
worker-no-type = no se dice a qué proveedor llama el worker
worker-no-type-next = nómbralo, como en --type groq, o como WORKER_TYPE en .env.worker
worker-unknown-type = tipo de worker desconocido: `{ $kind }`
worker-other-provider = la cuenta `{ $account }` es de `{ $own }`, no de `{ $kind }`
worker-other-provider-next = no des el tipo, o di --type { $own }

## emulate

emulate-cannot-listen = no se puede escuchar en { $address }: { $error }
emulate-cannot-listen-hint = nombra otra con --listen, o el puerto 0
emulate-serving = sirviendo /openai/v1 (Groq), /v1 (OpenAI), /v1beta (Gemini), /__d8/score; Ctrl-C lo termina
emulate-bad-speed = --speed debe ser mayor que cero
emulate-no-time = `{ $written }` no es un tiempo
emulate-write-fault = escríbelo como TIPO=PROBABILIDAD, por ejemplo 503=0.05
emulate-no-probability = una probabilidad está entre 0 y 1, no es { $written }
emulate-unknown-fault = fallo desconocido: `{ $written }`; usa uno de { $known }
emulate-unknown-tier = nivel desconocido: `{ $written }`; el emulador conoce { $known }

## simulate

simulate-no-scenario = no hay ningún mundo guardado `{ $name }`
simulate-all-scenarios = all: todos estos
simulate-plot-one = --plot dibuja un solo mundo
simulate-plot-one-hint = nombra uno en lugar de all
simulate-other-plot = nombra otro archivo con --plot
simulate-cells = cota entre tiempo (donde las ventanas se deslizan, la cota de lo que se puede ver) y cuántos 429
simulate-no-work = no hay trabajo que hacer
simulate-no-work-hint = nombra un archivo con al menos una línea buena
simulate-no-account = --down: no hay ninguna cuenta `{ $name }`
simulate-there-are = hay { $names }
simulate-still-open =
    { $open ->
        [one] { $policy }: 1 tarea seguía abierta después de { $longest }
       *[other] { $policy }: { $open } tareas seguían abiertas después de { $longest }
    }
simulate-seen = visible: la razón respecto a la cota donde las ventanas deslizantes duran más por lo que nadie puede ver del camino
scenario-about =
    { $scenario ->
        [wild-tokens] trabajo limitado por tokens, con tamaños de una décima parte a diez veces lo habitual
        [one-in-five] una de cada cinco tareas solo cabe en un destino
        [one-bucket] una cuenta, 30 peticiones por minuto, cubo
        [one-fixed] una cuenta, 15 peticiones por minuto del reloj
        [one-sliding] una cuenta, 30 peticiones en cualquier minuto
        [groq-gemini] Groq y Gemini como en noviembre de 2025
        [twenty] 20 cuentas de varios tipos
        [jitter-50ms] ventana deslizante; las peticiones viajan hasta 0.05 s
        [jitter-200ms] ventana deslizante; hasta 0.2 s
        [jitter-1s] ventana deslizante; hasta 1 s
        [tail-50ms] ventana deslizante; cola pesada por encima de 5 ms
        [tail-200ms] ventana deslizante; cola pesada por encima de 20 ms
        [tail-1s] ventana deslizante; cola pesada por encima de 0.1 s
        [others-jitter-1s] cubo y ventana fija; hasta 1 s
        [others-tail-1s] cubo y ventana fija; cola pesada por encima de 0.1 s
        [foreign-told] otros gastan el 30 %; las cabeceras dicen lo que queda
        [foreign-silent] otros gastan el 30 %; las respuestas no dicen nada
        [too-high] límites que se creen un 50 % demasiado altos
        [unknown] no se conoce ningún límite
        [slices] 300 por minuto y 30 de un cubo, vigilados como 5 y como 1 por segundo, sin que nadie lo diga
        [down] Groq responde 503 durante diez minutos
        [day-end] 1000 por día, con una medianoche de Los Ángeles por medio
        [day-of-23-h] lo mismo en el día de 23 horas
        [day-of-25-h] lo mismo en el día de 25 horas
        [clock-ahead] el reloj del proveedor va 3 s adelantado
        [clock-behind] el reloj del proveedor va 3 s atrasado
       *[other] ?
    }
simulate-plot-tasks = Uso de las cuotas: { $count ->
    [one] 1 tarea
   *[other] { $count } tareas
}
simulate-plot-scenario = Uso de las cuotas: { $about }
simulate-no-moment = `{ $written }` no es un momento; escríbelo como 2026-11-01T00:00:00Z
simulate-no-number = `{ $written }` no es un número
simulate-no-share = `{ $written }` debe ser 0 o más y menos de 1
simulate-no-factor = `{ $written }` debe ser más de 0
simulate-no-outage = `{ $written }` no es un corte; escribe una cuenta y un tiempo desde el principio, como groq=10m..20m
simulate-title-scenario = MUNDO
simulate-lost =
    { $count ->
    [one] 1 perdida
   *[other] { $count } perdidas
}
simulate-lost-share = { $share } % perdido
simulate-not-done = , sin terminar
simulate-title-policy = POLÍTICA
simulate-title-completed = TERMINADAS
simulate-title-time = TIEMPO
simulate-title-bound = COTA
simulate-title-ratio = RAZÓN
simulate-title-wait = ESPERA P50
simulate-title-peak = PICO
simulate-title-mean = MEDIA POR VENTANA
simulate-title-in-all = EN TOTAL
simulate-ratio-seen = { $ratio } (visible { $seen })
plot-used = usado del límite, en su propia ventana
plot-limit = el límite
plot-refusal = una petición rechazada (429)
plot-done = { $done } de { $total } hechas en { $span }
plot-refused =
    { $refused ->
    [one] 1 rechazada
   *[other] { $refused } rechazadas
}, { $failed ->
    [one] 1 fallida
   *[other] { $failed } fallidas
}
plot-since-start =
    { $unit ->
        [seconds] segundos
        [minutes] minutos
        [hours] horas
       *[days] días
    } desde el principio
plot-end = fin
plot-429s = 429
simulate-unknown-policy = política desconocida: `{ $name }`; hay { $known }
simulate-no-route = ninguna cuenta atiende la ruta `{ $name }`
simulate-no-route-next = escribe una [[account]] en d8.toml, define la clave de un proveedor, o añade --demo para las cuotas gratuitas de noviembre de 2025

## Las órdenes y su orquestador

client-unreachable = ningún orquestador responde en { $url }: { $why }
client-stranger = { $url } respondió { $status }, y no como lo hace un orquestador
client-unreadable = no se puede leer la respuesta del orquestador: { $why }
client-no-name = `{ $name }` no es un nombre
client-no-client = no hay cliente HTTP: { $why }
client-give-token = da su token: D8_TOKEN, o --orchestrator http://d8:TOKEN@HOST:PORT; `d8 up` lo guarda donde se ejecuta
client-tried-before = antes se probó: { $other }
client-another-program = puede que otro programa ocupe ese puerto (en macOS AirPlay usa el 5000): nombra el correcto con --orchestrator
client-same-version = ¿son d8 y el orquestador de la misma versión?
client-start-one = arranca uno con `d8 up`, o nombra otro con --orchestrator URL o ORCHESTRATOR_URL
client-check-address = comprueba la dirección, que allí esté en marcha `d8 up --listen 0.0.0.0:5000` y que no haya un cortafuegos en medio
client-refused = rechazado con el estado { $status }
client-no-connection = no hay conexión
client-broke-off = se cortó la conexión
client-nothing-listens = se rechaza la conexión, así que allí no escucha nadie
client-no-way = no hay camino hasta allí
client-silence = sin respuesta en { $longest }
client-no-url = { $origin } no es la URL de un orquestador: { $why }
client-no-url-hint = escríbela como { $default }, o http://d8:TOKEN@raspberrypi.local:5000
client-holder = quien tiene abierto { $store }
client-default = la predeterminada

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
limit-sliced = { $limit }, { $amount } en cualquier lapso de { $length }
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
wait-paused = { $account } está en pausa
wait-paused-next = reanúdala: d8 accounts resume { $account }
wait-paused-route = su ruta está en pausa
wait-paused-route-next = reanúdala: POST /api/routes/NOMBRE/resume
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
forecast-at-limit = al límite
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
help-value-seconds = SEGUNDOS
help-value-dir = CARPETA
help-value-code = CÓDIGO
help-value-names = NOMBRES
help-value-out-jsonl = SALIDA.jsonl
help-value-route = RUTA
help-value-seed = SEMILLA
help-value-share = PARTE
help-value-status = ESTADO
help-value-time = TIEMPO
help-value-tier = NIVEL
help-value-type = TIPO
help--lang = El idioma en que habla: en o es; sin esto, D8_LANG y, si no, el del sistema
help--help = Muestra esta ayuda
help--version = Muestra la versión
help-help = Muestra esta ayuda, o la de los comandos que se indiquen

## La ayuda: d8

help = Trabajo con LLM sobre cuotas limitadas: una cola duradera y un grupo de workers que nunca se topan con un 429
help-after =
    Ejemplos:
      d8 run work.jsonl -o answers.jsonl
      d8 demo
      d8 run --demo examples/day.jsonl
      d8 emulate --tier free

## La ayuda: d8 up

help-up = Arranca el orquestador: la cola, un worker por cuenta, las API HTTP y la página en /
help-up--listen = Dónde escuchar; con el puerto 0 elige el sistema. Por defecto: listen en [server] y, si no, 127.0.0.1:5000
help-up--config = La configuración; por defecto: ./d8.toml y después la del usuario
help-up-after =
    No hace falta ningún archivo: cada proveedor cuya clave esté en el entorno o en .env se convierte en una cuenta.

    Ejemplos:
      GROQ_API_KEY=... d8 up                   http://127.0.0.1:5000, y http://[::1]:5000 donde haya IPv6
      d8 up --listen 0.0.0.0:5000              para workers en otras máquinas; exige un token
      d8 up --listen 127.0.0.1:0               un puerto libre; la primera línea de la salida dice cuál

    Ctrl-C o SIGTERM: lo que está en marcha puede terminar en 10 segundos; el segundo termina en el acto. No se pierde nada en ningún caso
    `d8 reload` o SIGHUP: se vuelven a leer d8.toml y .env, y lo que cambió entra en vigor

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
      {"{"}"prompt": "..."{"}"}   {"{"}"messages": [...]{"}"}   {"{"}"custom_id": "...", "url": "/v1/chat/completions", "body": {"{"}...{"}}"}
      cada una con id, model, priority (1..10) y max_tokens si se quiere

    Ejemplos:
      d8 run work.jsonl                       las respuestas van a work.out.jsonl
      d8 run work.jsonl -o answers.jsonl --for 1h
      cat work.jsonl | d8 run - -o - | jq .response
      d8 run --demo examples/day.jsonl        proveedores emulados, no hace falta clave

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
      d8 demo
      d8 demo --tasks 60 --speed 60            en seis segundos
      d8 demo --day-left 20                    un día que otro ya ha gastado
      d8 demo --json | jq '.rows[] | {"{"}name, completed, failed, refused, seconds{"}"}'

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
      GROQ_API_KEY=... d8 worker --type groq --orchestrator http://pi:5000
      d8 worker --type gemini --orchestrator http://d8:TOKEN@pi:5000 --id attic
      d8 worker --account groq-main            clave, URL y modelos del d8.toml

    Códigos de salida: 0 terminado con Ctrl-C o SIGTERM, 1 ya no se le admite, 2 no se pudo empezar, 130 Ctrl-C dos veces

## La ayuda: órdenes que hablan con un orquestador

help--orchestrator = El orquestador. Por defecto: ORCHESTRATOR_URL, quien tenga abierto el almacén, http://127.0.0.1:5000
help--config = La configuración que nombra el almacén; por defecto: ./d8.toml y después la del usuario
help--json = Muestra en JSON lo que responde la API HTTP
help--watch = Lo muestra de nuevo cada segundo, o cada tantos segundos, hasta Ctrl-C

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
      {"{"}"prompt": "..."{"}"} o {"{"}"messages": [...]{"}"}, cada una con model, priority, group, idempotency_key ... si se quiere

    Ejemplos:
      d8 submit 'Nombra tres ríos'
      d8 submit 'Nombra tres ríos' --wait -m groq-main/llama-3.3-70b-versatile
      git diff | d8 submit - --wait 5m --priority 9
      d8 submit --file work.jsonl --group monday --key monday

    Códigos de salida: 0 admitida (con --wait: respondida), 1 rechazada o fallida, 2 no hay orquestador, 130 Ctrl-C

## La ayuda: d8 tasks

help-tasks = Lista, muestra, cancela, repite o cambia la prioridad de las tareas de un orquestador en marcha
help-tasks-after =
    Sin más palabras, las lista.

    Ejemplos:
      d8 tasks --status failed
      d8 tasks show task_12
      d8 tasks retry --code attempts_exhausted --group monday
      d8 tasks cancel --status pending --older-than 1d
      d8 tasks reprioritise --priority 9 --client web
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
      d8 tasks ls --status pending
      d8 tasks ls --code attempts_exhausted --watch 5
      d8 tasks ls --group monday --limit 500 --json | jq -r '.tasks[].task_id'
help-tasks-show = Muestra una tarea: sus intentos, por qué espera o falló, su respuesta
help-tasks-show--id = La tarea, como la nombran `d8 submit` y `d8 tasks ls`
help-tasks-show-after =
    Ejemplos:
      d8 tasks show task_12
      d8 tasks show task_12 --watch      hasta que acabe
      d8 tasks show task_12 --json | jq -r .result.choices[0].message.content
help-tasks-cancel = Cancela tareas que no han terminado: las que se nombren, o todas las que encuentren las opciones
help-tasks-cancel-after =
    Ejemplos:
      d8 tasks cancel task_12 task_13
      d8 tasks cancel --status pending --group monday
      d8 tasks cancel --status pending --route default --client web --older-than 1h
      d8 tasks cancel --all --yes           sin preguntar; fuera de un terminal no se pregunta

    Códigos de salida: 0 hecho, 1 algunas no se pudieron cambiar o dijiste que no, 2 no empezó, 130 Ctrl-C
help-tasks-retry = Repite tareas que fallaron o se cancelaron: las que se nombren, o todas las que encuentren las opciones
help-tasks-retry-after =
    Ejemplos:
      d8 tasks retry task_12
      d8 tasks retry --status failed --group monday
      d8 tasks retry --code attempts_exhausted --yes

    Códigos de salida: 0 hecho, 1 algunas no se pudieron cambiar o dijiste que no, 2 no empezó, 130 Ctrl-C
help-tasks-reprioritise = Da otra prioridad a todas las tareas en espera que encuentren las opciones
help-tasks-reprioritise--priority = La nueva: de 1 a 10, la más alta pasa antes
help-tasks-reprioritise-after =
    Ejemplo:
      d8 tasks reprioritise --priority 9 --group monday

## La ayuda: d8 workers

help-workers = Lista los workers de un orquestador en marcha: qué hace cada uno y cuándo se supo de él por última vez
help-workers-after =
    Ejemplos:
      d8 workers
      d8 workers --watch 5             de nuevo cada 5 segundos, hasta Ctrl-C
      d8 workers --json | jq '.workers[] | select(.status == "offline").worker_id'

## La ayuda: d8 accounts

help-accounts = Lista las cuentas de un orquestador en marcha con sus límites; o pausa, reanuda, libera u olvida una
help-accounts-after =
    Sin más palabras, las lista.

    Ejemplos:
      d8 accounts
      d8 accounts --watch               de nuevo cada segundo, hasta Ctrl-C
      d8 accounts pause groq-main       no empieza nada más en ella; lo que está en marcha sigue
      d8 accounts unpark gemini-main    la prueba en el acto, tras arreglar la clave o el saldo
help-accounts--name = La cuenta, como la nombra `d8 accounts`
help-accounts-ls = Las lista: cuánto de cada límite está usado, por quién y hasta cuándo
help-accounts-ls-after =
    Ejemplos:
      d8 accounts ls --watch 5
      d8 accounts ls --json | jq '.accounts[].limits'
help-accounts-pause = No empieza nada más en una cuenta hasta que se reanude; lo que está en marcha sigue
help-accounts-pause-after =
    Ejemplo:
      d8 accounts pause groq-main
help-accounts-resume = Deja seguir a una cuenta en pausa
help-accounts-resume-after =
    Ejemplo:
      d8 accounts resume groq-main
help-accounts-unpark = Vuelve a probar en el acto una cuenta aparcada: su clave o su saldo ya están en orden
help-accounts-unpark-after =
    Ejemplo:
      d8 accounts unpark groq-main
help-accounts-forget = Olvida lo aprendido de los límites de una cuenta: vuelve a valer lo configurado, y lo rechazado se prueba otra vez
help-accounts-forget-after =
    Ejemplo:
      d8 accounts forget groq-main      cuando el proveedor te ha subido los límites

## La ayuda: d8 stats

help-stats = Muestra cómo está un orquestador en marcha: workers, tareas y lo que queda de la cuota de cada cuenta
help-stats-after =
    Ejemplos:
      d8 stats
      d8 stats --watch                 de nuevo cada segundo, hasta Ctrl-C
      d8 stats --watch 10 --json       un objeto por línea, cada 10 segundos
      d8 stats --json | jq .tasks.pending

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
      d8 emulate
      d8 emulate --listen 127.0.0.1:9000 --tier free-2025-11 --speed 30 --latency hosted
      d8 emulate --fault 503=0.05 --fault drop=0.01 --seed 7
      GROQ_API_KEY=test GROQ_BASE_URL=http://127.0.0.1:9000/openai/v1 d8 run work.jsonl

## La ayuda: d8 simulate

help-simulate = Hace el trabajo de un día en segundos: tus cuentas y tu trabajo en tiempo virtual, con D8 y con otros métodos a la par
help-simulate--input = El trabajo, como lo lee `d8 run`; `-` es la entrada estándar. Sin él: tareas de un mismo tamaño, según las opciones
help-simulate--per-day = Tantas tareas al día, como 1500, 10,000 o 20k
help-simulate--in-tokens = Tokens de un prompt; 300 si no se dice
help-simulate--out-tokens = Tokens de una respuesta, de media; 200 si no se dice
help-simulate--in-per-month = Tokens de todos los prompts de un mes de 30 días, como 50M, en lugar de --in-tokens
help-simulate--out-per-month = Tokens de todas las respuestas de un mes de 30 días, como 20M, en lugar de --out-tokens
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
help-simulate--slices = Los proveedores hacen cumplir sus peticiones por minuto segundo a segundo, y no lo dicen a nadie
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

    Las tareas de --per-day se entregan todas a la vez y sus respuestas varían en la mitad.
    Métodos: d8; plain, resilient y groq (los workers de The Hive); backoff, token-bucket y cooldown (de uso común).
    BOUND es el mínimo tiempo en que los límites permiten lo que se completó; RATIO es ese tiempo entre el real.

    Ejemplos:
      d8 simulate work.jsonl                           tus cuentas, un archivo de trabajo
      d8 simulate --demo --per-day 1500                los planes gratuitos de noviembre de 2025, sin clave
      d8 simulate --per-day 5000 --in-tokens 800 --out-tokens 300 --policy d8,backoff,cooldown
      d8 simulate work.jsonl --foreign 0.3 --jitter 0.2s --heavy-tail
      d8 simulate work.jsonl --down groq-main=10m..20m --clock 3s --json
      d8 simulate --demo --plot day.svg                un dibujo de todo
      d8 simulate --scenario all                       mundos guardados, con seis métodos
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
probe-no-model = { $provider } acepta la clave, pero no ofrece { $model }, o no con esta clave: «{ $words }»
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
    [request] { $amount } petición
    [requests] { $amount } peticiones
    [count] { $amount }
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
setup-help-choose-short = flechas para moverte, Intro acepta, Esc termina
setup-help-choose-some = Espacio marca, Intro acepta lo marcado, el primero es el predeterminado
setup-help-key = pégala y pulsa Intro; no se muestra nada de ella
setup-keys-at = Las claves de { $provider } se crean en { $url }
setup-any-key = Un servidor que no pide clave acepta cualquier palabra
setup-ask-key = Clave de { $provider }:
setup-key-length = { $length ->
    [one] 1 carácter recibido
   *[other] { $length } caracteres recibidos
}
setup-key-doubt = Las claves de { $provider } suelen empezar por { $begins }, y esta no
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
setup-account-there = La cuenta { $account } ya existe, con otra clave. ¿Y esta?
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
setup-start-server = arráncalo: `{ $command }`; o di dónde está: --base-url URL
setup-offline-model-hint = o indica el modelo y escribe sin preguntar: --model NOMBRE --offline
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
setup-shut = { $path }: otros podían leer las claves que contiene; ahora solo puedes tú
setup-not-shut = { $path }: otros pueden leer las claves que contiene, y no se ha podido cambiar ({ $why })
setup-only-environment = La clave está solo en el entorno de esta terminal ({ $variable }): otras terminales, los servicios y un reinicio no la encuentran. Esto la guarda en .env:
setup-other-folder = elige otra carpeta, o un archivo en el que se pueda escribir: --config ARCHIVO
setup-shadowed = Cuidado: { $variable } tiene otro valor en tu entorno, que va antes que .env. Quítala de allí
setup-one-quota = Las claves de un mismo proyecto u organización comparten una sola cuota. Si es el caso, escribe quota_group = "{ $first }" en las dos cuentas
setup-route = Tu ruta «default» deja fuera a { $account }: añade "{ $account }/{ $model }" a su primary
setup-costs = Lo que haga { $account } puede costar dinero; un límite tuyo, como { "{" } cost = 5.00, per = "1mo" { "}" }, lo frena
setup-limits = Límites que D8 va a respetar ({ $model }):
setup-no-limits = No se conocen límites de { $model }; D8 los aprende de las cabeceras y los rechazos del proveedor
setup-no-limits-local = Sin límites: { $model } se ejecuta en una máquina tuya, 4 peticiones a la vez
setup-limit-of-catalogue = catálogo del { $date }
setup-limit-of-file = tuyo, en d8.toml
setup-limit-of-headers = visto en las cabeceras: quedan { $left }
setup-limit-confirmed = { $by }; cabeceras: quedan { $left }
setup-limit-differs = { $by }; cabeceras: { $amount }, quedan { $left }
setup-start-now = ¿Arranco D8 ahora?
setup-reload-now = D8 está en marcha en { $url }. ¿Que lea los archivos de nuevo ahora?
setup-next-reload = D8 ya está en marcha: lee los archivos de nuevo
setup-next-accounts = su cuota, como la ve D8
setup-next = Lo siguiente:
setup-next-up = arranca D8: la cola, la página, la API
setup-say-hello = d8 submit "Di hola"
setup-next-submit = una primera tarea, mientras está en marcha
setup-next-run = un archivo de trabajo, hecho hasta el final
setup-next-worker = arranca allí el worker
setup-next-workers = lo muestra, donde está el orquestador
setup-next-stats = cuenta lo que ha hecho
setup-kept-worker = { $path } queda como estaba
setup-take-along = Copia { $path } a la carpeta de la otra máquina donde vaya a estar el worker
setup-ask-orchestrator = ¿Dónde está el orquestador, visto desde allí?
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
## providers

providers-title-provider = PROVEEDOR
providers-title-tier = NIVEL
providers-title-requests = PETICIONES
providers-title-tokens = TOKENS
providers-title-price = $/1M ENT/SAL
providers-title-date = FECHA
providers-title-kind = TIPO
providers-title-reset = REINICIO
providers-title-kind-or-reset = TIPO O REINICIO
providers-kind-unknown = desconocido
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
providers-keys-at = consigue una clave en: { $url }
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
help-providers = Lo que se sabe de los proveedores: límites por nivel, precios y reinicios, cada dato con su fecha y su fuente
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
help-providers-ls = Los enumera: una línea por nivel, con los límites y el precio de su primer modelo
help-providers-ls--tier = Solo los niveles con este nombre
help-providers-ls--json = Un objeto JSON en lugar de tablas
help-providers-ls--config = La configuración cuyas entradas [[provider]] cuentan; si no se dice: ./d8.toml y, si no, la del usuario
help-providers-ls-after =
    Ejemplo:
      d8 providers ls --tier free
help-providers-show = Todo lo que se sabe de uno: modelos, precios, niveles, límites, su clave y dónde conseguirla
help-providers-show--name = El proveedor, tal como lo llama `d8 providers`
help-providers-show--tier = Solo los niveles con este nombre
help-providers-show--json = Un objeto JSON en lugar de tablas
help-providers-show--config = La configuración cuyas entradas [[provider]] cuentan; si no se dice: ./d8.toml y, si no, la del usuario
help-providers-show-after =
    Ejemplos:
      d8 providers show groq
      d8 providers show gemini --tier free
help-providers-compare = Varios lado a lado: los niveles de hoy junto a las cifras de noviembre de 2025, donde se guardan
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
} de sus workers
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
doctor-store-unread = no se puede leer lo que recuerda: { $why }
doctor-store-unread-next = arranca con él d8 up o d8 run: dicen más
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
doctor-key-elsewhere = la tiene el worker que la usa, así que desde aquí no se ha preguntado
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
doctor-limit-shut = { $limits } no deja pasar nada
doctor-limit-shut-next = súbelo en d8.toml, o quítalo de ahí: entonces lo dice el catálogo o el proveedor
doctor-limit-differs = en realidad { $label }, configurados { $configured }
doctor-limit-lower-next = D8 respeta lo real; escríbelo en d8.toml, o quita de ahí los límites; si el proveedor lo ha subido: `d8 accounts forget { $account }`
doctor-limit-higher-next = hay más de lo que usas: súbelo en d8.toml, o quita de ahí los límites
doctor-quota-taken = usado: { $limits }
doctor-quota-used = { $used } de { $label }
doctor-quota-used-until = { $used } de { $label } hasta las { $until }
doctor-quota-left = quedan { $left } de { $limit }, según el proveedor
doctor-quota-paused = alguien la ha puesto en pausa
doctor-quota-stands = espera, o añade otra cuenta: `d8 setup`
doctor-workers = { $online } en línea ({ $names }), { $busy } ocupados
doctor-workers-none = no hay ningún worker en línea: nadie hace lo que espera
doctor-workers-none-next = dale una clave a d8 up (`d8 setup`), o arranca un worker donde haya una: `d8 worker --type groq --orchestrator { $url }`
doctor-worker-silent = { $worker } ({ $kind }) se ha quedado callado: última señal { $ago }
doctor-worker-silent-next = arráncalo de nuevo en su máquina, o revisa la red que hay en medio
doctor-account-unserved = ahora ningún worker atiende { $account }
doctor-account-unserved-next = arranca uno donde está su clave: `d8 worker --account { $account } --orchestrator { $url }`
doctor-queue = { $pending ->
    [0] no espera nada
    [one] espera 1 tarea
   *[other] esperan { $waiting } tareas
}, { $assigned } en curso
doctor-queue-done = todo estará hecho hacia las { $then }
doctor-queue-nobody = { $counts }, y no hay ningún orquestador en marcha
doctor-queue-stuck = { $count ->
    [one] espera 1 tarea
   *[other] esperan { $waiting } tareas
}: { $why }
doctor-queue-stuck-route = { $count ->
    [one] espera 1 tarea
   *[other] esperan { $waiting } tareas
} (ruta { $routes }): { $why }
doctor-queue-no-worker = ahora no la atiende ningún worker
doctor-queue-no-worker-next = arranca uno donde esté la clave: `d8 worker --orchestrator { $url }`, con --type o --account
doctor-queue-route-paused = { $count ->
    [one] espera 1 tarea
   *[other] esperan { $waiting } tareas
}: la ruta { $routes } está en pausa
doctor-queue-route-paused-next = reanúdala: curl -X POST { $url }/api/routes/{ $route }/resume
doctor-queue-account-paused-next = ejecuta `d8 accounts resume { $account }`
doctor-e2e-online = el orquestador está en línea en { $url }
doctor-e2e-workers = { $online ->
    [one] 1 worker en línea
   *[other] { $online } workers en línea
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
doctor-e2e-statistics = workers { $online } en línea, { $busy } ocupados; tareas { $completed } terminadas, { $failed } fallidas, { $pending } en espera; éxito { $rate }

help-doctor = Averigua por qué no funciona: configuración, almacén, puerto, red, reloj, claves, límites, cuota, workers y cola, cada cosa con palabras claras y con lo que hay que hacer
help-doctor-after = A cada clave se le hace una pequeña pregunta de verdad, salvo que se sepa que su cuota está agotada; --offline no pregunta nada.

    Ejemplos:
      d8 doctor
      d8 doctor --offline                  no envía nada a ningún proveedor
      d8 doctor --end-to-end --timeout 5m  entrega una tarea y la sigue hasta el final
      d8 doctor --json | jq '.checks[] | select(.status != "ok")'

    Códigos de salida: 0 bien o avisos, 1 un problema, 2 no se pudo mirar, 130 Ctrl-C
help-doctor--offline = No envía nada a ningún proveedor: no se prueban las claves, la red ni el reloj
help-doctor--end-to-end = Entrega una tarea al orquestador en marcha y la sigue hasta el final, en cinco pasos
help-doctor--timeout = Cuánto puede tardar esa tarea; después se cancela
help-doctor--orchestrator = El orquestador. Por defecto: ORCHESTRATOR_URL, quien tenga el almacén, http://127.0.0.1:5000
help-doctor--config = La configuración; por defecto: ./d8.toml, y después la del usuario
help-doctor--json = Escribe un solo objeto: {"{"}status, checks: [{"{"}name, status, message, next{"}"}]{"}"}
doctor-check =
    { $check ->
        [accounts] cuentas
        [config] configuración
        [network] red
        [key] clave
        [store] almacén
        [port] puerto
        [clock] reloj
        [limits] límites
        [quota] cuota
        [queue] cola
        [orchestrator] orquestador
       *[other] { $check }
    }

## service: lo que muestra systemd

service-standing = { $pending } en espera, { $assigned } en curso, { $online } workers
service-stopping = parando: lo que está en curso puede terminar
## tables: los títulos de las columnas, y --watch
table-account = CUENTA
table-age = EDAD
table-at-work = EN CURSO
table-attempt = INTENTO
table-began = EMPEZÓ
table-busy = OCUPADO
table-client = CLIENTE
table-done = HECHAS
table-failed = FALLIDAS
table-from = ORIGEN
table-group = GRUPO
table-heard = SEÑAL
table-left-out = no caben: { $columns }; se ven en una terminal más ancha o con --json
table-limit = LÍMITE
table-models = MODELOS
table-note = NOTA
table-ok = BIEN
table-outcome = RESULTADO
table-policy = POLÍTICA
table-priority = PRIORIDAD
table-provider = PROVEEDOR
table-real = REAL
table-retries = REINTENTOS
table-room = HUECO
table-route = RUTA
table-sent = ENVIADAS
table-state = ESTADO
table-status = ESTADO
table-target = DESTINO
table-task = TAREA
table-tier = NIVEL
table-tokens = TOKENS
table-took = DURÓ
table-type = TIPO
table-used = USADO
table-worker = WORKER
table-workers = WORKERS
table-429s = 429
watch-interval = `{ $text }` no es un intervalo: escribe segundos, de 0.1 a un día, por ejemplo --watch 5
watch-lost = { $why }; lo intento de nuevo

## moments
moment-bad = `{ $text }` no es un momento; escríbelo como 10m (desde ahora), 2026-08-01T14:00 o 2026-08-01T14:00:00Z
moment-no-unit = a `{ $text }` le falta la unidad; escríbelo como 90s, 10m o 2h

## accounts, y los límites en sus tablas
accounts-none = aún no hay cuentas: pon la clave de un proveedor, como GROQ_API_KEY, donde corre `d8 up`, o arranca `d8 worker`
accounts-paused = en pausa: no empieza nada más
accounts-resumed = sigue
accounts-unparked = se vuelve a probar
accounts-forgotten = se ha olvidado lo aprendido sobre sus límites
accounts-state-paused = en pausa
accounts-state-parked = aparcada
accounts-state-no-worker = sin worker
accounts-state-ready = lista
accounts-tried-again = se vuelve a probar { $when }
limits-all-models = todos
limits-label-per = { $amount } { $dimension } cada { $per }
limits-in-flight = +{ $amount } en vuelo
limits-by-others = { $amount } de otros
limits-real = configurado { $configured }, real { $holds }
limits-real-short = real { $holds }
limits-found = hallado: { $holds }
limits-counted = contado
limits-told = lo dijo el proveedor
limits-parked = aparcado, de nuevo { $when }
limits-after-an-answer = tras una respuesta

## workers
workers-none = aún no hay workers; cada cuenta del orquestador trae el suyo, y `d8 worker` se une desde cualquier máquina

## tasks
tasks-none = no hay tal tarea
tasks-more = hay más: lo mismo con --after { $next }
tasks-on = en { $worker }
tasks-waits = espera
tasks-it-failed = falló
tasks-under-way = en curso
tasks-tokens = { $input } de entrada, { $output } de salida
tasks-fact-task = tarea
tasks-fact-status = estado
tasks-fact-type = tipo
tasks-fact-priority = prioridad
tasks-fact-route = ruta
tasks-fact-group = grupo
tasks-fact-client = cliente
tasks-fact-worker = worker
tasks-fact-created = creada
tasks-fact-ended = acabada
tasks-fact-waits = espera
tasks-fact-error = error
tasks-older-than-bad = `{ $text }` no es una duración; escríbela como 90s, 30m, 1h o 2d
tasks-which = ¿qué tareas?
tasks-which-next = nómbralas, acótalas con --status, --route, --group, --client, --code o --older-than, o di --all
tasks-cancelled-many = { $count ->
    [one] cancelada: 1 tarea
   *[other] canceladas: { $shown } tareas
}
tasks-retried-many = { $count ->
    [one] de nuevo en cola: 1 tarea
   *[other] de nuevo en cola: { $shown } tareas
}
tasks-reprioritised-many = { $count ->
    [one] con otra prioridad: 1 tarea
   *[other] con otra prioridad: { $shown } tareas
}
tasks-cancel-really = { $count ->
    [one] ¿Cancelar 1 tarea?
   *[other] ¿Cancelar { $shown } tareas?
}
tasks-retry-really = { $count ->
    [one] ¿Hacer de nuevo 1 tarea?
   *[other] ¿Hacer de nuevo { $shown } tareas?
}
tasks-say-yes = di --yes donde no se puede preguntar a nadie; --dry-run solo las cuenta
tasks-cannot-ask = no se puede hacer la pregunta: { $why }
tasks-left-alone = no se ha cambiado nada
help-tasks--code = Solo las tareas que fallaron por este motivo
help-tasks--older-than = Solo las tareas que entraron hace más tiempo que ese, como 30m, 1h o 2d
help-tasks--yes = No pregunta antes de cambiar muchas
help-tasks--dry-run = Solo dice cuántas hay

## stats
stats-workers = workers
stats-tasks = tareas
stats-success = éxito
stats-pace = ritmo
stats-untouched = { $count ->
    [one] Hay otro límite sin usar: d8 accounts
   *[other] Hay { $count } límites más sin usar: d8 accounts
}
stats-waiting = espera
stats-account = cuenta
stats-forecast = previsto
stats-workers-line =
    { $online } en línea, { $busy ->
        [one] 1 ocupado
       *[other] { $busy } ocupados
    }
stats-tasks-line =
    { $pending } en espera, { $assigned } en curso, { $completed ->
        [one] 1 hecha
       *[other] { $completed } hechas
    }, { $failed ->
        [one] 1 fallida
       *[other] { $failed } fallidas
    }, { $cancelled ->
        [one] 1 cancelada
       *[other] { $cancelled } canceladas
    }
stats-pace-line =
    { $completed ->
        [one] 1 respuesta
       *[other] { $completed } respuestas
    } y { $tokens ->
        [one] 1 token
       *[other] { $tokens } tokens
    } en el último minuto; { $refused ->
        [one] 1 rechazada
       *[other] { $refused } rechazadas
    } por cuota
stats-all-done = todo hecho { $when }

## submit
submit-empty = el prompt está vacío
submit-file-name = `{ $name }` es el nombre de un archivo, no un prompt
submit-file-name-next = entrega sus tareas: d8 submit --file { $name }
submit-no-prompt = no hay prompt
submit-no-prompt-next = escríbelo entre comillas, o `-` para la entrada estándar, o --file FICHERO.jsonl
submit-known = { $task }: su clave ya estaba tomada
submit-standard-input = la entrada estándar
submit-cannot-be-read = no se puede leer { $what }: { $why }
submit-not-utf8 = la entrada estándar no es texto UTF-8
submit-not-an-object = debe ser un objeto JSON, por ejemplo '{"{"}"source": "web"{"}"}'
submit-not-json = no es JSON: { $why }
submit-goes-on = queda guardada y sigue: d8 tasks show { $task }
submit-still = sigue { $status }{ $why }
submit-taken = { $taken } tomadas, { $refused } rechazadas
submit-refused = rechazada
submit-line = línea { $number }
submit-a-line = una línea
submit-line-too-long = la línea { $number } pasa de 64 MiB
submit-broke-off = la respuesta se cortó: { $taken } tomadas, { $refused } rechazadas, de las otras { $unknown } no se sabe nada
submit-again-with-key = la misma orden otra vez no toma nada dos veces
submit-again-without-key = con --key la misma orden otra vez no tomaría nada dos veces; `d8 tasks ls` muestra lo que se tomó

## top
top-no-terminal = d8 top necesita una terminal donde dibujar y de la que leer teclas
top-no-terminal-next = sin ella: d8 stats --watch
top-no-json = d8 top dibuja en una terminal y no tiene JSON
top-no-json-next = para programas: d8 stats --watch --json
top-terminal-failed = no se puede usar la terminal: { $why }
top-opening = conectando con { $url }
top-broke-off = la conexión se cortó
top-lost = SIN CONEXIÓN desde hace { $ago }, lo intento de nuevo
top-pending = { $count } en espera
top-assigned = { $count } en curso
top-completed =
    { $count ->
        [one] 1 hecha
       *[other] { $count } hechas
    }
top-failed =
    { $count ->
        [one] 1 fallida
       *[other] { $count } fallidas
    }
top-cancelled =
    { $count ->
        [one] 1 cancelada
       *[other] { $count } canceladas
    }
top-online =
    workers { $online } en línea, { $busy ->
        [one] 1 ocupado
       *[other] { $busy } ocupados
    }
top-pace-answers =
    { $minute ->
        [one] 1 respuesta
       *[other] { $minute } respuestas
    } en 1 min, { $five } en 5
top-pace-tokens = { $minute } tokens en 1 min, { $five } en 5
top-pace-refused =
    { $minute ->
        [one] 1 rechazada
       *[other] { $minute } rechazadas
    } (429) en 1 min, { $five } en 5
top-accounts = Cuentas
top-workers = Workers
top-queue = Cola
top-tasks = Tareas: fallidas, en curso, en espera
top-more = { $count } más
top-no-accounts = aún no hay cuentas: pon una clave donde corre d8 up, o arranca d8 worker
top-no-workers = ningún worker
top-no-queue = nada espera
top-no-tasks = nada en curso, nada ha fallado
top-nothing-passes = nada aquí coincide con { $filter }
top-untouched = { $count ->
    [one] un límite de otro modelo, sin usar
   *[other] { $count } límites de otros modelos, sin usar
}
top-at-work = , { $count } en curso
top-built-in = integrado
top-and-more = { $task } y { $count } más
top-route = ruta { $route }
top-choose-account = elige antes una cuenta: Tab va de panel en panel
top-choose-failed = elige antes una tarea fallida: Tab va de panel en panel
top-choose-open = elige antes una tarea sin acabar: Tab va de panel en panel
top-cancel-really = ¿Cancelar { $task }? s / n
top-not-cancelled = { $task } se queda como estaba
top-retried = se hace de nuevo
top-cancelled-task = cancelada
top-filter = filtro: { $filter }
top-filtered = filtro: { $filter }   (Esc muestra todo)
top-keys-accounts = p pausar/seguir
top-keys-tasks = r repetir  c cancelar
top-keys-panel = Tab panel
top-keys-move = ↑↓ mover
top-keys-filter = / filtrar
top-keys-always = ? ayuda  q salir
top-help-title = { " " }d8 top { " " }
top-help =
    Tab, ← →     otro panel       1-4  ese panel
    ↑ ↓  j k     otra fila        RePág AvPág Inicio Fin
    p            pausa o reanuda la cuenta elegida
    r            repite la tarea fallida elegida
    c            cancela la tarea elegida, tras preguntar
    /            muestra solo lo que coincide; Esc: todo
    q, Ctrl-C    terminar
    { "" }
    █ usado por nosotros   ▓ por otros   ░ libre
    Cualquier tecla cierra esto.
help-top = Vigila en la terminal un orquestador en marcha: cuentas y sus límites, workers, cola y tareas; pausa, repite, cancela
help-top-after =
    Teclas: flechas y Tab mueven, p pausa o reanuda una cuenta, r repite una tarea fallida, c cancela una tarea,
    / filtra, ? muestra todas las teclas, q termina.

    Ejemplos:
      d8 top
      d8 top --orchestrator http://d8:TOKEN@pi:5000

    Sin terminal: `d8 stats --watch`
## plan

plan-no-count = `{ $written }` no es una cantidad: escríbela como 1500, 10,000, 500k o 50M
plan-not-negative = `{ $written }` es menos que nada: tiene que ser 1 o más
plan-not-zero = `{ $written }` no es nada: tiene que ser 1 o más
plan-too-much = `{ $written }` es más de lo que se puede planificar
plan-no-money = `{ $written }` no es una cantidad de dólares: escríbela como 500 o 499.50
plan-no-price = `{ $written }` no es un precio: escribe dólares por millón de tokens, como 0.10
plan-no-income = `{ $written }` no es un ingreso: escríbelo como 500..1500, en dólares al mes
plan-income-negative = `{ $written }` es menos que nada: un ingreso es 0 o más, como 500..1500
plan-income-reversed = `{ $written }` va al revés: escribe { $from }..{ $to }
plan-income-zero = un ingreso de 0 no rinde nada: quita --income
plan-no-account = no hay ninguna cuenta con la que planificar
plan-no-account-name-one = planifica sin clave: --account groq (d8 providers enumera lo que hay)
plan-no-account-set-a-key = o pon la clave de un proveedor, como GROQ_API_KEY, o escribe una [[account]] en d8.toml
plan-no-tier = ninguna cuenta con la que planificar tiene un nivel `{ $name }`
plan-no-model = el catálogo no enumera modelos de `{ $provider }`
plan-name-a-model = nombra uno: --account { $provider }/{ $tier }/MODELO
plan-neither-tier-nor-model = --account { $written }: `{ $word }` no es ni un nivel ni un modelo de { $provider }
plan-title-work = TRABAJO
plan-title-tasks = TAREAS/DÍA
plan-title-in = TOKENS ENT
plan-title-out = SAL
plan-title-account = CUENTA
plan-title-tier = NIVEL
plan-title-capacity = CABEN
plan-title-limit = LA LIMITA
plan-title-gets = RECIBE
plan-title-fits = HARÍA
plan-title-spare = SOBRAN
plan-title-cost = $/MES
plan-all = todas
plan-limits-unknown = límites desconocidos
plan-not-served = no lo sirve
plan-tier-chosen = elegido
plan-tier-next = siguiente
plan-tier-today = el de hoy
plan-tier-past = pasado
plan-other-tiers = El mismo trabajo en otros niveles, todo o lo que quepa al día:
plan-no-work = No se ha dicho ningún trabajo: esto es lo que las cuentas pueden hacer al día de tareas de { $input } tokens de entrada y { $output } de salida. Dilo con --per-day o escribe [[agent]] en d8.toml.
plan-work = El trabajo: { $tasks } tareas al día, cada una de unos { $input } tokens de entrada y { $output } de salida; son { $input_day } de entrada y { $output_day } de salida al día.
plan-binds = { $account } (nivel { $tier }): lo primero que se agota son { $limit }; dan para { $tasks } tareas al día de { $size } tokens.
plan-kept = De ello, { $kept } se guardan para las tareas de prioridad alta (8 o más).
plan-too-large = { $account }: una tarea de { $size } tokens es mayor que { $limit }: ahí no se puede hacer ninguna. Haz las tareas más pequeñas.
plan-fits = Cabe todo, y sobran { $spare } tareas al día.
plan-fits-as-far-as-known = Cabe todo, por lo que se sabe: no se conocen los límites de { $accounts }.
plan-too-many = { $count } de { $tasks } tareas al día no caben: cada día esperarían más.
plan-next-can = puede hacer { $tasks } tareas al día
plan-next-can-unknown = solo dice sus límites en sus respuestas
plan-next-tier = El nivel { $tier } de { $account } { $can }; ahí este trabajo cuesta { $cost } al mes.
plan-next-tier-unpriced = El nivel { $tier } de { $account } { $can }; su precio no se conoce.
plan-or-else = O añade una cuenta de otro proveedor (--account la prueba), o haz las tareas más pequeñas.
plan-past = Ese nivel de { $account } ya pasó. El de hoy, { $tier }, puede hacer { $tasks } tareas al día con { $model }: lo primero que se agota son { $limit }.
plan-past-not-served = Ese nivel de { $account } ya pasó, y el de hoy, { $tier }, ya no sirve { $model }.
plan-cost = Coste de un mes de 30 días: { $input } de entrada + { $output } de salida = { $total }.
plan-cost-nothing = Coste de un mes de 30 días: $0.00.
plan-cost-at-least = Coste de un mes de 30 días: al menos { $total }; el precio de { $models } no se conoce (dilo con --price-in y --price-out).
plan-cost-of-what-fits = Ese es el coste de lo que cabe.
plan-return = Ingresos de { $income } al mes: { $percent } % del coste (ingresos entre coste, como los contaba la proyección de noviembre de 2025); beneficio entre coste: { $profit } %.
plan-return-range = Ingresos de { $from } a { $to } al mes: de { $least } % a { $most } % del coste (ingresos entre coste, como los contaba la proyección de noviembre de 2025); beneficio entre coste: de { $least_profit } % a { $most_profit } %.
plan-return-free = No se gasta nada, así que no hay rendimiento en porcentaje: todo el ingreso es beneficio.
plan-return-unknown = No se puede decir el rendimiento donde no se conoce un precio.
plan-price-decides = Las cuentas más caras reciben lo que dejan las más baratas. D8 no elige por precio dentro de un nivel de una ruta: escribe las más caras en `backup` para que sea así.
plan-assumed = Se supone que el trabajo llega repartido por igual a lo largo del día, que un mes tiene 30 días, que los tamaños son los que de verdad se usan, que nadie más gasta estas cuotas y que el catálogo acierta (d8 providers dice de cuándo es).
plan-assumed-longer = Un límite cuyo tipo no se conoce se respeta durante lo más largo que puede ser su periodo: un día, durante 25 horas.
help-plan = Capacidad y coste de un trabajo en tus cuentas: qué cabe, qué límite manda, cuánto cuesta y cuánto rinde
help-plan--per-day = Tantas tareas al día, como 1500, 10,000 o 20k
help-plan--in-tokens = Tokens de un prompt; 300 si no se dice
help-plan--out-tokens = Tokens de una respuesta, de media; 200 si no se dice
help-plan--in-per-month = Tokens de todos los prompts de un mes de 30 días, como 50M, en lugar de --in-tokens
help-plan--out-per-month = Tokens de todas las respuestas de un mes de 30 días, como 20M, en lugar de --out-tokens
help-plan--account = Planifica con esta cuenta del catálogo en lugar de las tuyas; el primer nivel y el primer modelo si no se nombran. Se puede repetir
help-plan--tier = Planifica con este nivel de cada proveedor que lo tenga
help-plan--price-in = Dólares por millón de tokens de entrada, en lugar de los precios del catálogo
help-plan--price-out = Dólares por millón de tokens de salida
help-plan--income = Lo que el trabajo ingresa en un mes, en dólares, como 500..1500
help-plan--config = La configuración; si no se dice: ./d8.toml y, si no, la del usuario
help-plan--json = Un objeto JSON con todas las cifras
help-plan-after =
    El trabajo es el de los [[agent]] de d8.toml, o el que digan las opciones. Las cuentas son las de d8.toml y las del
    entorno, o las que nombre --account: no hace falta ninguna clave. No se envía nada.

    Ejemplos:
      d8 plan --per-day 1500 --in-tokens 500 --out-tokens 300
      d8 plan --per-day 1500 --account groq --account gemini
      d8 plan --per-day 1500 --account groq/free-2025-11          como era en noviembre de 2025
      d8 plan --per-day 10000 --in-per-month 50M --out-per-month 20M --account groq/developer \
              --price-in 0.10 --price-out 0.32 --income 500..1500
      d8 plan --json | jq .total

## Qué está mal en d8.toml

fault-did-you-mean = ¿querías decir `{ $near }`?
fault-unknown-word = `{ $what }` no conoce el valor `{ $word }`
fault-one-of = puede ser
fault-missing-key = falta { $key }
fault-wrong-type = tipo equivocado
fault-bad-value = valor equivocado
fault-expected-found = { $what }: aquí va { $expected } y hay { $found }
fault-unknown-key = clave desconocida: `{ $key }`
fault-keys-here = las claves de aquí son
fault-a-whole-number = un número entero, 0 o mayor
fault-a-number = un número
fault-quoted-text = un texto entre comillas
fault-list-in-brackets = una lista entre corchetes
fault-a-table = una tabla
fault-text = texto
fault-a-list = una lista
fault-an-integer = el entero { $number }
fault-a-boolean = el booleano { $value }
fault-variable-unset = la variable `{ $name }` no está definida
fault-looked-for-in = se ha buscado en el entorno y en `.env`
fault-set-variable = escribe `{ $name }=...` en el archivo `.env` junto a d8.toml, o defínela antes de arrancar d8
fault-secret-unreadable = no se puede leer { $file }, el archivo del secreto: { $error }
fault-secret-empty = { $file }, el archivo del secreto, está vacío
fault-no-base-url = esto no es una URL base: { $why }
fault-write-it-like = escríbelo así: `{ $example }`
fault-url-http = tiene que empezar por http:// o https://
fault-url-query = lleva una consulta o un fragmento
fault-no-file = no hay ningún archivo { $file }
fault-config-names = `--config` nombra un archivo como d8.toml
fault-unreadable = no se puede leer { $file }: { $error }
fault-store-nameless = el archivo del almacén no tiene nombre
fault-no-postgres = PostgreSQL todavía no está incluido
fault-store-use-file = usa un archivo: `url = "sqlite:d8.db"`
fault-store-unknown = este tipo de almacén no se conoce
fault-no-address = `{ $written }` no es una dirección con un puerto
fault-write-address = escríbela así: `127.0.0.1:5000`, `0.0.0.0:5000` o `[::1]:5000`; con el puerto 0 elige el sistema
fault-route-nameless = una ruta necesita un nombre
fault-two-routes = dos rutas se llaman `{ $name }`
fault-target-twice = `{ $target }` está dos veces en esta ruta
fault-route-empty = una ruta sin destinos
fault-add-primary = añade `primary = ["cuenta/modelo"]`
fault-no-such-model = la cuenta `{ $name }` no tiene el modelo `{ $model }`
fault-its-models = sus modelos son
fault-or-add-model = o añádelo a los `models` de `{ $name }`
fault-no-target-form = `{ $written }` no tiene la forma cuenta/modelo
fault-unknown-account = cuenta desconocida: `{ $name }`
fault-accounts-are = las cuentas son
fault-worker-nobody = una regla de workers no nombra a ninguno
fault-worker-add = añade `id = "groq-*"` o `type = "groq"`
fault-two-accounts = dos cuentas se llaman `{ $name }`
fault-or-worker-brings = o quita `api_key`, si la trae `d8 worker --account { $name }`
fault-account-nameless = una cuenta necesita un nombre
fault-account-slash = el nombre de una cuenta no lleva barra
fault-call-it = llámala `{ $name }`; las rutas escriben `cuenta/modelo`
fault-unknown-provider = proveedor desconocido: `{ $id }`
fault-not-in-catalogue = no está en el catálogo
fault-providers-are = para cualquier servidor que hable el protocolo de OpenAI usa el último de estos
fault-not-spoken = { $provider } habla un protocolo propio que D8 todavía no habla
fault-not-spoken-next = sus modelos se consiguen con `openrouter`, o con una pasarela como `openai-compatible`
fault-no-tier = { $provider } no tiene el nivel `{ $tier }`
fault-it-has = tiene
fault-models-missing = falta `models`: el catálogo no tiene ninguno de `{ $provider }`
fault-add-models = añade `models = ["..."]`; el primero es el que usa la cuenta si no se dice otro
fault-model-twice = un modelo dos veces, o sin nombre
fault-no-models = una cuenta sin modelos
fault-leave-models-out = quita `models` para tener todos los del catálogo
fault-concurrency-zero = una `concurrency` de 0 no deja pasar nada
fault-at-least-one = pon 1 como mínimo
fault-own-address = esta es la dirección en la que escucha el propio D8
fault-base-url-missing = falta `base_url`
fault-add-base-url = añade `base_url = "http://servidor:puerto"`
fault-group-nameless = `quota_group` necesita un nombre
fault-shorthand-and-limits = una abreviatura y `limits` no van juntas
fault-limits-replaces = `limits` sustituye a todos los del catálogo: escribe también este ahí
fault-no-time = `{ $written }` no es una duración
fault-write-time = escríbela así: `90s`, `15m`, `1h30m`, `1d` o `1mo`
fault-zero-time = `{ $written }` no dura nada
fault-longer-than-zero = pon un tiempo mayor que cero
fault-no-reset = `{ $written }` no es una hora de reinicio
fault-write-reset = escribe `00:00 America/Los_Angeles` para un día, `1 00:00 UTC` para un mes
fault-unknown-zone = zona horaria desconocida: `{ $name }`
fault-zones-have = las zonas se llaman como `UTC` o `Europe/Madrid`
fault-limit-period = un límite necesita un periodo
fault-add-per = añade `per = "1m"`, `per = "1d"` u otro tiempo
fault-limit-of-what = un límite tiene que decir qué cuenta
fault-limit-one-of = ponle una de estas: `requests`, `tokens`, `input_tokens`, `output_tokens`, `cost`
fault-limit-of-two = un límite cuenta una sola cosa
fault-second-limit = escribe otro límite para esta
fault-kind-and-resets = `kind` y `resets` no van juntos
fault-leave-kind-out = un límite que se reinicia a una hora no necesita `kind`: quítalo
fault-limit-no-model = un límite para ningún modelo
fault-limit-all-models = quita `models`, o escribe `models = "*"`
dotenv-odd-entries =
    { $file }: { $count ->
    [one] 1 de sus entradas no tiene
   *[other] { $count } de sus entradas no tienen
} la forma NOMBRE=valor; no se tienen en cuenta
dotenv-unreadable = no se puede leer { $file }: { $why }
notice-not-spoken = { $variable }: no se usa, pues D8 aún no habla su protocolo
notice-name-models = { $variable }: para usarla, nombra los modelos de { $provider } en d8.toml
notice-placeholder = { $variable } solo contiene el texto de ejemplo de una plantilla: no se usa
notice-idle-limit = cuenta `{ $account }`: el límite para `{ $models }` no alcanza a ninguno de sus modelos
notice-no-price = cuenta `{ $account }`: no se sabe el precio de `{ $model }`; su límite de coste no cuenta nada por él
notice-no-quota = el catálogo no conoce su cuota en el nivel `{ $tier }`
notice-unknown-near = el catálogo no lo conoce; ¿querías decir `{ $near }`?
notice-unknown-learnt = el catálogo no lo conoce; sus límites se irán aprendiendo
notice-model = cuenta `{ $account }`, modelo `{ $model }`: { $what }
notice-no-setting = { $variable } no sustituye ningún ajuste
notice-no-setting-near = { $variable } no sustituye ningún ajuste; ¿querías decir { $near }?
notice-own-address = { $variable } es la dirección del propio D8: no se usa para { $provider }
fault-reserve = `reserve` es una parte entre 0 y 1, no { $share }
fault-reset-period = esta renovación llega una vez por { $period }; `per` dice otra cosa
fault-reset-write = escribe `per = "{ $period }"`, o `00:00 ZONA` para días y `1 00:00 ZONA` para meses
fault-cost = `cost` es una cantidad de dólares de hasta un millón, no { $amount }
fault-no-json = no es JSON, en la línea { $line }

## Preguntas de sí o no

ask-yes-or-no = responde con s o n
ask-yes = sí
ask-no = no
ask-yes-no = S/n
ask-no-yes = s/N

## Donde no se puede escuchar

listen-cannot = d8 no puede escuchar en { $address }: { $reason }
listen-in-use = ya hay otra cosa que escucha ahí
listen-not-ours = esta máquina no tiene esa dirección
listen-not-allowed = el sistema no lo permite
listen-in-use-next = puede ser otro d8, o AirPlay en un Mac; `--listen { $free }` toma un puerto libre, `listen` de `[server]` en d8.toml nombra otro
listen-not-ours-next = `--listen 127.0.0.1:5000` sirve a esta máquina, `--listen 0.0.0.0:5000` a todas las redes en las que está
listen-not-allowed-next = los puertos por debajo de 1024 son del sistema; `--listen` toma otro, por ejemplo 127.0.0.1:5000
listen-other-next = `--listen` toma otra dirección, por ejemplo 127.0.0.1:5000

## Una línea de órdenes que no se puede leer

usage-unknown-argument = aquí no existe la opción `{ $argument }`
usage-word-too-many = `{ $word }` sobra; un texto con espacios va entre comillas
usage-unknown-command = no existe la orden `{ $command }`
usage-no-value = `{ $argument }` necesita un valor
usage-bad-value = `{ $value }` no vale para `{ $argument }`
usage-wrong-value = `{ $value }` no vale para `{ $argument }`: { $why }
usage-missing = falta { $arguments }
usage-conflict = `{ $argument }` y `{ $other }` no van juntas
usage-twice = `{ $argument }` está dos veces
usage-no-number = no es un número
usage-out-of-range = tiene que estar en { $range }
usage-is = uso: { $usage }; --help dice más
usage-see-help = --help dice qué hay

## El almacén

store-newer = el almacén { $path } tiene la versión de esquema { $found }; este d8 conoce versiones hasta la { $known }
store-newer-next = usa el d8 más nuevo, u otro almacén (store.url en d8.toml)
store-foreign = { $path } es la base de datos de otro programa
store-no-database = { $path } no es una base de datos
store-no-database-next = revisa store.url en d8.toml; un archivo que falta lo crea el propio d8
store-corrupt = el almacén { $path } está dañado: { $why }
store-corrupt-next = conserva el archivo y su -wal tal como están, y sigue con una copia de seguridad o un almacén nuevo
store-unwritable = no se puede abrir o escribir el almacén { $path }: { $why }
store-unwritable-next = comprueba que la carpeta existe y que este usuario puede escribir en el archivo y en la carpeta
store-unsupported = el almacén { $path } está en un sistema de archivos sin memoria compartida o sin bloqueos (modo de diario { $mode })
store-unsupported-next = pon el almacén en un disco local (store.url en d8.toml)
store-disk-full = el disco del almacén { $path } está lleno
store-disk-full-next = haz sitio en ese disco y arranca d8 otra vez; nada de lo confirmado se pierde
store-busy = otro proceso tiene bloqueado el almacén { $path }
store-busy-next = cierra el programa que tiene el archivo abierto, por ejemplo una consola de sqlite3
store-old-sqlite = SQLite { $found } puede dañar un almacén; hace falta la 3.51.3 o posterior, y no la 3.52.0
store-old-sqlite-next = compila d8 con el SQLite que trae
store-deposed = otro ha tomado el almacén { $path }: la época { $ours } ha terminado
store-deposed-next = un almacén solo lo puede usar un d8 a la vez; este termina
store-contradiction = el almacén { $path } no conoce nada a lo que aplicar este cambio: { $change }
store-contradiction-next = arranca d8 otra vez; si se repite, avísanos con este mensaje
store-poisoned = el almacén { $path } falló antes; lo que contiene solo se sabe al abrirlo de nuevo
store-failed = el almacén { $path } falló: { $why }
store-failed-next = arranca d8 otra vez; nada de lo confirmado se pierde
store-held = otro d8 tiene el almacén { $path }
store-held-by = otro d8 tiene el almacén { $path } (proceso { $process }, versión { $version })
store-held-at = otro d8 tiene el almacén { $path } (proceso { $process }, versión { $version } en { $url })
store-held-next = detenlo, o usa otro almacén (store.url en d8.toml)
store-hold-unwritable-next = comprueba que la carpeta existe y que este usuario puede escribir en ella
store-no-folder = no se puede crear la carpeta del almacén { $path }
store-no-folder-next = nombra otro lugar con store.url en d8.toml, o arregla este
store-no-thread = no se puede arrancar un hilo
store-thread-died = un hilo de d8 ha muerto; lo confirmado está guardado
store-being-written = otro d8 run lo está escribiendo ahora
