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
