from django.db import migrations


def rename_doubles(apps, schema_editor):
    """Of two teams whose names differ in capitals only the later one gets a number behind its name."""
    names = set()
    for team in apps.get_model("salescrm", "Team").objects.order_by("pk"):
        number, name = 1, team.name
        while name.lower() in names:
            number += 1
            name = f"{team.name[:90]} ({number})"
        names.add(name.lower())
        if name != team.name:
            team.name = name
            team.save(update_fields=["name"])


class Migration(migrations.Migration):
    """Two teams never differ in capitals only, also when both are added at the same moment."""

    dependencies = [("salescrm", "0008_vat_exemption")]
    operations = [migrations.RunPython(rename_doubles, migrations.RunPython.noop)]
