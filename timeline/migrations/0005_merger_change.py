import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("timeline", "0004_precision_help")]

    operations = [
        migrations.RemoveConstraint("written", "written_once"),
        migrations.RenameModel("Written", "MergerChange"),
        migrations.AlterField(
            "mergerchange",
            "merger",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="changes",
                to="timeline.merger",
            ),
        ),
        migrations.AddConstraint(
            "mergerchange",
            models.UniqueConstraint(
                fields=("merger", "content_type", "object_id"), name="merger_change_once"
            ),
        ),
    ]
