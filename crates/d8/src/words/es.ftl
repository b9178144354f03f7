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
