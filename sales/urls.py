"""The addresses of sales: each room has its own, and all here are of the one namespace `sales`.

Elsewhere stand those of `settings` (a namespace of its own), of `search` and of what relations show of their sales.
"""

from sales.board.urls import urlpatterns as board
from sales.bulk.urls import urlpatterns as bulk
from sales.customers.urls import of_relation
from sales.day.urls import urlpatterns as day
from sales.imports.urls import urlpatterns as imports
from sales.listing.urls import urlpatterns as listing
from sales.sale_page.urls import urlpatterns as sale_page
from sales.timeline.urls import urlpatterns as timeline

app_name = "sales"
urlpatterns = [*listing, *board, *day, *bulk, *imports, *timeline, *of_relation, *sale_page]
