"""Import every module of the product, to show that the runtime's lock file brings enough."""

import importlib
import os
import pkgutil

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tanhui.config.settings")
# A backend of Ibis is imported only when it is first asked for.
BY_NAME = ("ibis.backends.polars",)


def main() -> None:
    django.setup()
    package = importlib.import_module("tanhui")
    names = [
        module.name
        for module in pkgutil.walk_packages(package.__path__, "tanhui.")
        # Importing the application would open the database.
        if not module.name.endswith((".wsgi", ".__main__"))
    ]
    for name in (*names, *BY_NAME):
        importlib.import_module(name)
    print(f"{len(names)} modules imported")


if __name__ == "__main__":
    main()
