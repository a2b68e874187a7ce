
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('relations', '0002_contact_version'),
        ('salescrm', '0002_teams_and_files'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RelationNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('create_token', models.UUIDField(editable=False, null=True, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('note', 'Note'), ('call', 'Call'), ('mail', 'E-mail'), ('meeting', 'Meeting'), ('step', 'Step done')], default='note', max_length=10, verbose_name='kind')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
            ],
            options={
                'verbose_name': 'note',
                'verbose_name_plural': 'notes',
                'ordering': ['-at', '-pk'],
                'abstract': False,
            },
        ),
        migrations.AlterModelOptions(
            name='relation',
            options={'ordering': ['sort_key', 'pk'], 'permissions': [('deactivate_relation', 'Can deactivate a relation'), ('merge_relation', 'Can merge two relations'), ('export_relation', 'Can export relations')], 'verbose_name': 'relation', 'verbose_name_plural': 'relations'},
        ),
        migrations.AddField(
            model_name='relation',
            name='domain',
            field=models.CharField(db_default='', default='', editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name='relation',
            name='former_numbers',
            field=models.CharField(db_default='', default='', editable=False, max_length=500, verbose_name='former numbers'),
        ),
        migrations.AddField(
            model_name='relation',
            name='merged_into',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='relations.relation', verbose_name='merged into'),
        ),
        migrations.AddField(
            model_name='relation',
            name='name_key',
            field=models.CharField(db_default='', default='', editable=False, max_length=250),
        ),
        migrations.AddIndex(
            model_name='relation',
            index=models.Index(condition=models.Q(('name_key', ''), _negated=True), fields=['name_key'], name='relation_name_key'),
        ),
        migrations.AddIndex(
            model_name='relation',
            index=models.Index(condition=models.Q(('domain', ''), _negated=True), fields=['domain'], name='relation_domain'),
        ),
        migrations.AddIndex(
            model_name='relation',
            index=models.Index(condition=models.Q(('coc_number', ''), _negated=True), fields=['coc_number'], name='relation_coc_number'),
        ),
        migrations.AddIndex(
            model_name='relation',
            index=models.Index(condition=models.Q(('vat_number', ''), _negated=True), fields=['vat_number'], name='relation_vat_number'),
        ),
        migrations.AddConstraint(
            model_name='relation',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', None), models.Q(('is_active', False), models.Q(('merged_into', models.F('pk')), _negated=True)), _connector='OR'), name='relation_is_merged_into_another_and_inactive', violation_error_message='A merged relation is not active.'),
        ),
        migrations.AddField(
            model_name='relationnote',
            name='by',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='relationnote',
            name='files',
            field=models.ManyToManyField(editable=False, related_name='%(class)ss', to='salescrm.storedfile'),
        ),
        migrations.AddField(
            model_name='relationnote',
            name='relation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='relations.relation'),
        ),
        migrations.AddField(
            model_name='relationnote',
            name='updated_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='relationnote',
            index=models.Index(fields=['relation', '-at'], name='relation_note_latest'),
        ),
    ]
