# What the program says, in English. Fluent: https://projectfluent.org/fluent/guide/
# Keys begin with the command or the room that says them. es.ftl holds the same keys.

error = error: { $message }
hint = hint: { $message }

## probe: one small real question to a provider

probe-works = { $provider } answers: { $model }, { $latency }
probe-wrong-key = { $provider } refuses the key: "{ $words }"
probe-no-model = { $provider } accepts the key, but it gives { $model } to nobody or not to you: "{ $words }"
probe-spent-day = The key is valid; the day's quota is used up{ $limit }
probe-spent-month = The key is valid; the month's quota is used up{ $limit }
probe-spent-short = The key is valid; { $limit } are used up at the moment
probe-spent-unknown = The key is valid; a quota is used up, and the provider does not say which
probe-spent-until = { $spent }; there is room again at { $until }
probe-no-money = The key is valid; { $provider } wants money first: "{ $words }"
probe-country = { $provider } does not serve the country that you are in: "{ $words }"
probe-overloaded = { $provider } has a fault or no capacity at the moment ({ $status }), so the key was not judged: "{ $words }"
probe-strange = An answer that is not { $provider }'s ({ $status }): "{ $words }"
probe-dns = The name of { $provider }'s server has no address ({ $words })
probe-refused = At { $provider }'s address nobody listens ({ $words })
probe-unreachable = There is no way to { $provider } ({ $words })
probe-timeout = { $provider } gives no answer ({ $words })
probe-tls = The connection to { $provider } cannot be trusted ({ $words })
probe-proxy = The proxy lets nobody through to { $provider } ({ $words })
probe-broken = The connection to { $provider } broke off ({ $words })
probe-next-wrong-key = copy the whole key again, or make a new one at the provider
probe-next-no-model = choose another model
probe-next-spent = nothing: work that is handed in waits until there is room again
probe-next-no-money = add credit at the provider, or use an account with a free tier
probe-next-country = use another provider; d8 providers shows them
probe-next-overloaded = try again in a few minutes
probe-next-network = check the network, and the address if you wrote one yourself
probe-next-refused = start the server, or correct the address
probe-next-timeout = check the network, the firewall and the address, then try again
probe-next-tls = check this machine's clock; behind a company's proxy its certificate must be installed in the system
probe-next-proxy = check HTTPS_PROXY and NO_PROXY
probe-next-strange = check the base URL
probe-limit = { $what ->
    [requests] { $amount } requests
    [tokens] { $amount } tokens
    [input] { $amount } input tokens
    [output] { $amount } output tokens
    [concurrency] { $amount } at once
   *[cost] { $amount } of money
} { $per ->
    [second] a second
    [minute] a minute
    [hour] an hour
    [day] a day
    [month] a month
    [other] in { $length }
   *[none] {""}
}
