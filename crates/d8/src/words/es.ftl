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
