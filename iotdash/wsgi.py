"""The web process: `gunicorn iotdash.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iotdash.settings")

application = get_wsgi_application()
