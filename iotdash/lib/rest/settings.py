"""Settings of the libraries that the API is made with."""

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "iotdash.lib.rest.describing.Description",
    "EXCEPTION_HANDLER": "iotdash.lib.rest.answering.handle",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "iotdash REST API",
    "VERSION": "0002",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v0002",
    "PREPROCESSING_HOOKS": ["iotdash.lib.rest.describing.only_described"],
    "POSTPROCESSING_HOOKS": ["iotdash.lib.rest.describing.complete"],
}
