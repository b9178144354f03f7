# What the program says, in English. Fluent: https://projectfluent.org/fluent/guide/
# Keys begin with the command or the room that says them. es.ftl holds the same keys.

error = error: { $message }
hint = hint: { $message }

## man
man-written = { $count ->
    [one] 1 page written to { $folder }
   *[other] { $shown } pages written to { $folder }
}
man-unknown = there is no command `d8 { $name }`
man-unknown-next = `d8 --help` lists them
man-not-written = { $path } cannot be written: { $why }
