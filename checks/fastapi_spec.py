"""The document that FastAPI generates for a small service, on stdout: what Python services look like to others."""

import datetime
import enum
import json
import typing
import uuid

import fastapi
import pydantic


class Colour(str, enum.Enum):
    red = "red"
    green = "green"


class Part(pydantic.BaseModel):
    name: str
    weight: typing.Annotated[float, pydantic.Field(gt=0)]
    parts: list["Part"] = []


class Order(pydantic.BaseModel):
    number: int
    colour: Colour = Colour.red
    placed: datetime.datetime
    part: Part | None = None
    labels: dict[str, str] = {}


app = fastapi.FastAPI(title="Workshop", version="1.4")


@app.get("/orders/{number}")
def get_order(number: int, x_trace: typing.Annotated[str | None, fastapi.Header()] = None) -> Order: ...


@app.get("/orders")
def list_orders(
    colour: Colour | None = None,
    since: datetime.date | None = None,
    kinds: typing.Annotated[list[typing.Literal["big", "small"]] | None, fastapi.Query()] = None,
    limit: typing.Annotated[int, fastapi.Query(ge=1, le=100)] = 20,
    session: typing.Annotated[str | None, fastapi.Cookie()] = None,
) -> list[Order]: ...


@app.post("/orders", status_code=201)
def add_order(order: Order) -> Order: ...


@app.post("/token")
def token(user: typing.Annotated[str, fastapi.Form()], secret: typing.Annotated[str, fastapi.Form()]) -> dict[str, str]: ...


@app.put("/parts/{part_id}/drawing")
def put_drawing(part_id: uuid.UUID, drawing: fastapi.UploadFile): ...


@app.delete("/parts/{part_id}", status_code=204)
def delete_part(part_id: uuid.UUID): ...


print(json.dumps(app.openapi()))
