"""The tables of sales."""

from sales.models.desk import CalendarFeed, SavedView
from sales.models.imports import ImportRow, ImportRun
from sales.models.lists import AcceptReason, LossReason, Phase, Source
from sales.models.sale import MILESTONES, Sale, SaleEvent, SaleLine, SaleNote
from sales.models.state import FollowUp, SaleStatus
from sales.models.switches import SalesSettings

__all__ = [
    "MILESTONES", "AcceptReason", "CalendarFeed", "FollowUp", "ImportRow", "ImportRun", "LossReason", "Phase", "Sale",
    "SaleEvent", "SaleLine", "SaleNote", "SaleStatus", "SalesSettings", "SavedView", "Source",
]  # fmt: skip
