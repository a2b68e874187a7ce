"""What is to be done by itself, and how it went: these rows are the truth, a job of the queue only carries an id."""

from django.db import models


class Work(models.Model):
    """Something to do: when it is due (never, while a person has to decide), how often it was tried, what failed."""

    due_at = models.DateTimeField(null=True, db_index=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        abstract = True


class ChoreState(Work):
    """How it stands with one of the chores of every night."""

    name = models.CharField(max_length=40, unique=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "chore"
        verbose_name_plural = "chores"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
