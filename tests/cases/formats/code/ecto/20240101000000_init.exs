defmodule A do use Ecto.Migration end
