"""The page that the browser shows after a login, in the user's language."""

from __future__ import annotations

from html import escape
from string import Template

__all__ = ["page"]

_TEXTS = {
    "en": ("You are logged in", "You can close this window.", "The login did not work"),
    "de": (
        "Sie sind angemeldet",
        "Sie können dieses Fenster schließen.",
        "Die Anmeldung hat nicht geklappt",
    ),
    "es": ("Ha iniciado sesión", "Puede cerrar esta ventana.", "No se pudo iniciar sesión"),
    "fr": ("Vous êtes connecté", "Vous pouvez fermer cette fenêtre.", "La connexion a échoué"),
    "ja": (
        "ログインしました",
        "このウィンドウを閉じてかまいません。",
        "ログインできませんでした",
    ),
}
"""By language: success, what to do then, failure."""

_PAGE = Template("""<!DOCTYPE html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>tap-acton: $heading</title>
<style>
:root { color-scheme: light dark; }
body { font: 1.1rem/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 32rem; margin: 18vh auto 0; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; }
h1::before { content: "$mark"; color: $colour; margin-right: .5rem; }
</style>
</head>
<body><main><h1>$heading</h1><p>$text</p></main></body>
</html>
""")


def page(languages: str, *, problem: str | None = None) -> bytes:
    """Return the page of a login that worked, or of one that did not.

    Args:
        languages: The browser's `Accept-Language`.
        problem: What went wrong and what to do, in English as all of the program's errors.
    """
    language = _spoken(languages)
    success, close, failure = _TEXTS[language]
    return _PAGE.substitute(
        language=language,
        heading=failure if problem else success,
        text=f'<span lang="en">{escape(problem)}</span>' if problem else close,
        mark="\\2717" if problem else "\\2713",
        colour="#c0392b" if problem else "#1e8449",
    ).encode()


def _spoken(languages: str) -> str:
    """Return the first language that we know; browsers name the preferred one first."""
    for wanted in languages.split(","):
        language = wanted.partition(";")[0].strip().partition("-")[0].lower()
        if language in _TEXTS:
            return language
    return "en"
