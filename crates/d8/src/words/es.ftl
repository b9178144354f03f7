# Lo que dice el programa, en español. Fluent: https://projectfluent.org/fluent/guide/
# Las mismas claves que en.ftl. Las que empiezan por "help-" son las de la ayuda (--help): en inglés están en el código.

error = error: { $message }
hint = consejo: { $message }

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
help-tasks--watch = Muéstralo de nuevo cada segundo, o cada tantos segundos, hasta Ctrl-C
help-tasks-ls--watch = Muéstralo de nuevo cada segundo, o cada tantos segundos, hasta Ctrl-C
help-tasks-show--watch = Muéstralo de nuevo cada segundo, o cada tantos segundos, hasta que acabe o pulses Ctrl-C
help-workers--watch = Muéstralo de nuevo cada segundo, o cada tantos segundos, hasta Ctrl-C
help-accounts--watch = Muéstralo de nuevo cada segundo, o cada tantos segundos, hasta Ctrl-C
help-accounts-ls--watch = Muéstralo de nuevo cada segundo, o cada tantos segundos, hasta Ctrl-C

## moments
moment-now = ahora
moment-bad = `{ $text }` no es un momento; escríbelo como 10m (desde ahora), 2026-08-01T14:00 o 2026-08-01T14:00:00Z
moment-no-unit = a `{ $text }` le falta la unidad; escríbelo como 90s, 10m o 2h

## accounts, y los límites en sus tablas
accounts-none = aún no hay cuentas: pon la clave de un proveedor, como GROQ_API_KEY, donde corre `d8 up`, o arranca `d8 worker`
accounts-paused = en pausa: no empieza nada más
accounts-resumed = sigue
accounts-unparked = se vuelve a probar
accounts-forgotten = se ha olvidado lo aprendido sobre sus límites
accounts-state-paused = en pausa
accounts-state-parked = apartada
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
limits-parked = apartado, de nuevo { $when }
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
help-tasks-ls--code = Solo las tareas que fallaron por este motivo
help-tasks-ls--older-than = Solo las tareas que entraron hace más tiempo que ese, como 30m, 1h o 2d
help-tasks-cancel--code = Solo las tareas que fallaron por este motivo
help-tasks-cancel--older-than = Solo las tareas que entraron hace más tiempo que ese, como 30m, 1h o 2d
help-tasks-cancel--yes = No preguntes antes de cambiar muchas
help-tasks-cancel--dry-run = Di solo cuántas hay
help-tasks-retry--code = Solo las tareas que fallaron por este motivo
help-tasks-retry--older-than = Solo las tareas que entraron hace más tiempo que ese, como 30m, 1h o 2d
help-tasks-retry--yes = No preguntes antes de cambiar muchas
help-tasks-retry--dry-run = Di solo cuántas hay
help-tasks-reprioritise--code = Solo las tareas que fallaron por este motivo
help-tasks-reprioritise--older-than = Solo las tareas que entraron hace más tiempo que ese, como 30m, 1h o 2d

## stats
stats-workers = workers
stats-tasks = tareas
stats-success = éxito
stats-pace = ritmo
stats-waiting = espera
stats-account = cuenta
stats-forecast = previsto
stats-workers-line = { $online } en línea, { $busy } ocupados
stats-tasks-line = { $pending } en espera, { $assigned } en curso, { $completed } hechas, { $failed } fallidas, { $cancelled } canceladas
stats-pace-line = { $completed } respuestas y { $tokens } tokens en el último minuto; { $refused } rechazadas por cuota
stats-all-done = todo hecho { $when }

## submit
submit-empty = el prompt está vacío
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
top-lost = SIN CONEXIÓN desde hace { $ago }, lo intento de nuevo: { $why }
top-pending = { $count } en espera
top-assigned = { $count } en curso
top-completed = { $count } hechas
top-failed = { $count } fallidas
top-cancelled = { $count } canceladas
top-online = workers { $online } en línea, { $busy } ocupados
top-pace-answers = { $minute } respuestas en 1 min, { $five } en 5
top-pace-tokens = { $minute } tokens en 1 min, { $five } en 5
top-pace-refused = { $minute } rechazadas (429) en 1 min, { $five } en 5
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
help-top--orchestrator = El orquestador. Por defecto: ORCHESTRATOR_URL, quien tenga el almacén, http://127.0.0.1:5000
help-top--config = La configuración que nombra el almacén; por defecto ./d8.toml, luego la del usuario
help-top--json = Imprime en JSON lo que responde la API HTTP; d8 top no lo tiene
help-top-after =
    Teclas: flechas y Tab mueven, p pausa o reanuda una cuenta, r repite una tarea fallida, c cancela una tarea,
    / filtra, ? muestra todas las teclas, q termina.

    Ejemplos:
      d8 top
      d8 top --orchestrator http://d8:TOKEN@pi:5000

    Sin terminal: `d8 stats --watch`
