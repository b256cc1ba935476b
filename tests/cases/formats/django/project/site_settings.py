print("settings may print")
SECRET_KEY = "none"
INSTALLED_APPS = ["shop", "crm"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "x"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
