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
