"""Static files of production: compressed, named after their content, cached for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Hashes what ES modules import from each other too."""

    support_js_module_import_aggregation = True
