
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import sales.models.desk
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('invoicing', '0004_export'),
        ('projects', '0002_notes'),
        ('relations', '0003_notes_and_merging'),
        ('sales', '0004_board_index'),
        ('salescrm', '0002_teams_and_files'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret', models.CharField(default=sales.models.desk.secret, editable=False, max_length=64, unique=True)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'calendar feed',
                'verbose_name_plural': 'calendar feeds',
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField()),
                ('cells', models.JSONField()),
                ('verdict', models.CharField(choices=[('create', 'create'), ('update', 'update'), ('unchanged', 'unchanged'), ('refused', 'refused')], max_length=10)),
                ('why', models.CharField(blank=True, max_length=500)),
                ('label', models.CharField(blank=True, max_length=250)),
                ('target', models.PositiveBigIntegerField(null=True)),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
                ('is_done', models.BooleanField(default=False)),
                ('is_undone', models.BooleanField(default=False)),
                ('kept', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'ordering': ['run_id', 'line'],
            },
        ),
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('create_token', models.UUIDField(editable=False, null=True, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('relations', 'relations'), ('contacts', 'contact persons'), ('sales', 'sales')], max_length=10, verbose_name='kind')),
                ('status', models.CharField(choices=[('uploaded', 'uploaded'), ('planned', 'ready to start'), ('running', 'running'), ('done', 'done'), ('undoing', 'being undone'), ('undone', 'undone')], default='uploaded', editable=False, max_length=10, verbose_name='status')),
                ('columns', models.JSONField(default=list, editable=False)),
                ('mapping', models.JSONField(default=dict, editable=False)),
                ('options', models.JSONField(default=dict, editable=False)),
                ('key', models.CharField(blank=True, max_length=40, verbose_name='recognised by')),
                ('started_at', models.DateTimeField(editable=False, null=True)),
                ('finished_at', models.DateTimeField(editable=False, null=True)),
                ('undone_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='SaleNote',
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
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('query', models.CharField(blank=True, editable=False, max_length=2000)),
                ('shared', models.BooleanField(default=False, verbose_name='everybody may use it')),
            ],
            options={
                'verbose_name': 'saved view',
                'verbose_name_plural': 'saved views',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.RemoveIndex(
            model_name='sale',
            name='sale_forecast',
        ),
        migrations.RemoveIndex(
            model_name='sale',
            name='sale_open_recent',
        ),
        migrations.RemoveIndex(
            model_name='sale',
            name='sale_recent',
        ),
        migrations.RemoveIndex(
            model_name='sale',
            name='sale_closed',
        ),
        migrations.RemoveIndex(
            model_name='sale',
            name='sale_board',
        ),
        migrations.AddField(
            model_name='phase',
            name='age_limit',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='limit in days'),
        ),
        migrations.AddField(
            model_name='sale',
            name='phase_since',
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now, editable=False, verbose_name='in its phase since'),
        ),
        migrations.AddField(
            model_name='sale',
            name='trashed',
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name='in the trash'),
        ),
        migrations.AddField(
            model_name='saleevent',
            name='trashed',
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name='in the trash'),
        ),
        migrations.AlterField(
            model_name='saleevent',
            name='kind',
            field=models.CharField(choices=[('created', 'created'), ('moved', 'moved'), ('changed', 'changed'), ('accepted', 'accepted'), ('lost', 'lost'), ('reopened', 'reopened'), ('corrected', 'corrected'), ('undone', 'move undone'), ('trashed', 'moved to the trash'), ('restored', 'restored')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='sale',
            index=models.Index(condition=models.Q(('status', 'open'), ('trashed', False)), fields=['expected_end_date'], include=('weighted_revenue', 'expected_revenue', 'phase', 'owner', 'source', 'customer'), name='sale_forecast'),
        ),
        migrations.AddIndex(
            model_name='sale',
            index=models.Index(models.OrderBy(models.F('updated_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('status', 'open'), ('trashed', False)), name='sale_open_recent'),
        ),
        migrations.AddIndex(
            model_name='sale',
            index=models.Index(models.OrderBy(models.F('updated_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('trashed', False)), name='sale_recent'),
        ),
        migrations.AddIndex(
            model_name='sale',
            index=models.Index(condition=models.Q(('status', 'open'), ('trashed', False)), fields=['phase', 'next_step_on', 'id'], name='sale_board'),
        ),
        migrations.AddIndex(
            model_name='sale',
            index=models.Index(condition=models.Q(models.Q(('status', 'open'), _negated=True), ('trashed', False)), fields=['closed_on'], include=('status', 'expected_revenue', 'owner', 'source'), name='sale_closed'),
        ),
        migrations.AddField(
            model_name='calendarfeed',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feed', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='importrun',
            name='by',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='importrun',
            name='file',
            field=models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='import_run', to='salescrm.storedfile'),
        ),
        migrations.AddField(
            model_name='importrun',
            name='updated_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='importrow',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='sales.importrun'),
        ),
        migrations.AddField(
            model_name='salenote',
            name='by',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='salenote',
            name='files',
            field=models.ManyToManyField(editable=False, related_name='%(class)ss', to='salescrm.storedfile'),
        ),
        migrations.AddField(
            model_name='salenote',
            name='sale',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='sales.sale'),
        ),
        migrations.AddField(
            model_name='salenote',
            name='updated_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='savedview',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='calendarfeed',
            constraint=models.CheckConstraint(condition=models.Q(('secret', ''), _negated=True), name='calendar_feed_has_a_secret', violation_error_message='A calendar feed has a secret.'),
        ),
        migrations.AddIndex(
            model_name='importrow',
            index=models.Index(fields=['run', 'verdict', 'line'], name='import_row_verdict'),
        ),
        migrations.AddConstraint(
            model_name='importrow',
            constraint=models.UniqueConstraint(fields=('run', 'line'), name='import_row_is_once_per_run', violation_error_message='Every line is read once.'),
        ),
        migrations.AddIndex(
            model_name='salenote',
            index=models.Index(fields=['sale', '-at'], name='sale_note_latest'),
        ),
        migrations.AddConstraint(
            model_name='savedview',
            constraint=models.UniqueConstraint(fields=('owner', 'name'), name='saved_view_name_is_unique_per_user', violation_error_message='You already have a view with this name.'),
        ),
    ]
