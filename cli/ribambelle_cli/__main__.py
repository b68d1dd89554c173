"""``python -m ribambelle_cli``: the command, where no script was installed."""

from ribambelle_cli.main import main

if __name__ == "__main__":
    main()
