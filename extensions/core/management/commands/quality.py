from django.core.management.base import BaseCommand

from extensions.core import quality


class Command(BaseCommand):
    help = "Prints what is proved of each installed extension, as extensions/QUALITY.md has it."

    def handle(self, *args, **options) -> None:
        self.stdout.write(quality.as_markdown(), ending="")
