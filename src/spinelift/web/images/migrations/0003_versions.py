from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("images", "0002_uploads")]

    operations = [
        migrations.AddField(
            model_name="projectimage",
            name="versions",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
