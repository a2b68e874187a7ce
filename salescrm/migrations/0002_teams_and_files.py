
import django.db.models.deletion
import salescrm.files
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('salescrm', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='organisation',
            name='sales_visible',
            field=models.CharField(choices=[('all', 'Salespeople see all sales'), ('team', 'Salespeople see the sales of their teams'), ('own', 'Salespeople see their own sales')], default='all', max_length=4, verbose_name='who sees what'),
        ),
        # On the way back there are no teams: who saw what a team sold sees what is their own.
        migrations.RunSQL(migrations.RunSQL.noop, "UPDATE salescrm_organisation SET sales_visible = 'own' WHERE sales_visible = 'team'"),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(error_messages={'unique': 'There is already a team with this name.'}, max_length=100, unique=True, verbose_name='name')),
                ('members', models.ManyToManyField(blank=True, related_name='teams', to=settings.AUTH_USER_MODEL, verbose_name='members')),
            ],
            options={
                'verbose_name': 'team',
                'verbose_name_plural': 'teams',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=255, verbose_name='file name')),
                ('content_type', models.CharField(max_length=100)),
                ('size', models.PositiveBigIntegerField(verbose_name='size in bytes')),
                ('content', models.FileField(upload_to=salescrm.files.place)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'file',
                'verbose_name_plural': 'files',
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='file_has_a_name', violation_error_message='A file has a name.')],
            },
        ),
    ]
