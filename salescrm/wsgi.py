"""What gunicorn serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from salescrm.serving.bodies import whole_bodies
from salescrm.serving.stack import with_stack

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salescrm.settings")
application = with_stack(whole_bodies(get_wsgi_application()))
# Here and not in the settings: only what answers browsers has to give up in time.
settings.DATABASES["default"]["OPTIONS"]["options"] += "".join(
    f" -c {name}={seconds}s" for name, seconds in settings.WEB_TIMEOUTS.items()
)
