"""What a domain function refuses and no form can mend; the middleware `domain_refusals` says it in HTTP."""


class Missing(Exception):
    """There is no such record, or none that this user may see: 404."""


class Forbidden(Exception):
    """This user may see the record, but not do this with it: 403."""
