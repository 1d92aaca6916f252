"""`/me` and `/tokens`: the signed-in user's own."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Status
from ninja.pagination import paginate

from spinelift.web.accounts.authentication import ApiRequest
from spinelift.web.accounts.models import ApiToken
from spinelift.web.accounts.schemas import NewTokenOut, TokenIn, TokenOut, UserOut
from spinelift.web.accounts.services import create_token, revoke_token
from spinelift.web.errors import NotFound
from spinelift.web.http.heads import Router
from spinelift.web.http.requests import actor_of

router = Router(tags=["accounts"])


@router.get("/me", response=UserOut)
def read_me(request: ApiRequest) -> Any:
    """Who is signed in."""
    return request.user


@router.get("/tokens", response=list[TokenOut])
@paginate
def list_tokens(request: ApiRequest) -> Any:
    """The user's tokens, revoked ones too; the newest first."""
    return ApiToken.objects.visible_to(request.user)


@router.post("/tokens", response={201: NewTokenOut})
def make_token(request: ApiRequest, response: HttpResponse, wanted: TokenIn) -> Any:
    """Make a token. Its text is in this answer alone."""
    response.headers["Cache-Control"] = "no-store"
    token, text = create_token(
        actor=actor_of(request),
        user=request.user,
        name=wanted.name,
        scope=wanted.scope,
        expires_at=wanted.expires_at,
    )
    shown = TokenOut.model_validate(token).model_dump()
    return Status(201, NewTokenOut(**shown, text=text))


@router.delete("/tokens/{token_id}", response={204: None})
def end_token(request: ApiRequest, token_id: UUID) -> Any:
    """Revoke a token."""
    token = ApiToken.objects.visible_to(request.user).filter(id=token_id).first()
    if token is None:
        raise NotFound("There is no such token, or it is not yours.")
    revoke_token(actor=actor_of(request), token=token)
    return Status(204, None)
