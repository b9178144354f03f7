# Lo que dice el programa, en español. Fluent: https://projectfluent.org/fluent/guide/
# Las mismas claves que en.ftl. Las que empiezan por "help-" son las de la ayuda (--help): en inglés están en el código.

error = error: { $message }
hint = consejo: { $message }

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
plan-tier-chosen = el del plan
plan-tier-next = siguiente
plan-tier-today = el de hoy
plan-tier-past = pasado
plan-other-tiers = El mismo trabajo en otros niveles, todo o lo que quepa al día:
plan-no-work = No se ha dicho ningún trabajo: esto es lo que las cuentas pueden hacer al día de tareas de { $input } tokens de entrada y { $output } de salida. Dilo con --per-day o escribe [[agent]] en d8.toml.
plan-work = El trabajo: { $tasks } tareas al día, cada una de unos { $input } tokens de entrada y { $output } de salida; son { $input_day } de entrada y { $output_day } de salida al día.
plan-binds = { $account } (nivel { $tier }): lo primero que se agota son { $limit }; dan para { $tasks } tareas al día de { $size } tokens.
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
help-plan = Capacidad y coste de un trabajo en tus cuentas: qué cabe, qué límite manda, cuánto cuesta y cuánto rinde.
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
