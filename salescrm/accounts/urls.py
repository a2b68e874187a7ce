"""The addresses of /accounts/, whose names are Django's and need no namespace; and of users and teams in Settings."""

from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.urls import path

from salescrm.accounts import team_views as teams
from salescrm.accounts import user_views as users
from salescrm.accounts import views

urlpatterns = [
    path("login/", views.Login.as_view(), name="login"),
    path("logout/", views.Logout.as_view(), name="logout"),
    path("profile/", views.profile, name="profile"),
    path("password/", views.PasswordChange.as_view(), name="password_change"),
    path("password-reset/", login_not_required(views.ResetRequest.as_view()), name="password_reset"),
    path(
        "password-reset/sent/",
        login_not_required(auth.PasswordResetDoneView.as_view()),
        name="password_reset_done",
    ),
    path(
        "password-reset/<uidb64>/<token>/",
        login_not_required(views.ResetConfirm.as_view()),
        name="password_reset_confirm",
    ),
    path(
        "password-reset/done/",
        login_not_required(auth.PasswordResetCompleteView.as_view()),
        name="password_reset_complete",
    ),
]

settings = [
    path("teams/", teams.index, name="teams"),
    path("teams/new/", teams.new, name="team-new"),
    path("teams/<int:pk>/", teams.edit, name="team"),
    path("teams/<int:pk>/remove/", teams.remove, name="team-remove"),
    path("users/", users.index, name="users"),
    path("users/new/", users.new, name="user-new"),
    path("users/<int:pk>/", users.edit, name="user"),
    path("users/<int:pk>/access/", users.access, name="user-access"),
    path("users/<int:pk>/hand-over/", users.hand_over, name="user-hand-over"),
    path("users/<int:pk>/invite/", users.invitation, name="user-invite"),
]
