from django.urls import path

from iotdash.accounts.proving import views

urlpatterns = [
    path("", views.answer, name="address_proof"),
    path("send/", views.send, name="send_address_proof"),
    path("<str:token>/", views.open_link, name="open_address_proof"),
]
