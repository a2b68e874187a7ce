"""`python -m salescrm.embedded start | stop | erase | url | programs`."""

import sys

from salescrm import embedded


def main(command: str) -> int:
    """Carry out one command; the exit code is 2 for a word that is none."""
    cluster = embedded.current()
    match command:
        case "start":
            cluster.start()
        case "stop":
            print("Database server stopped." if cluster.stop() else "No database server was running.")
        case "erase":
            embedded.erase()
        case "url":
            print(cluster.url)
        case "programs":
            print(embedded.programs())
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1] if len(sys.argv) == 2 else ""))
    except embedded.EmbeddedError as error:
        sys.exit(str(error))
