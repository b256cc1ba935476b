"""Programming languages that are read; the registry is the literal below."""

from __future__ import annotations

from auditor.source.languages.base import Language
from auditor.source.languages.csharp import CSHARP
from auditor.source.languages.ecmascript import JAVASCRIPT, TSX, TYPESCRIPT
from auditor.source.languages.go import GO
from auditor.source.languages.java import JAVA
from auditor.source.languages.kotlin import KOTLIN
from auditor.source.languages.php import PHP
from auditor.source.languages.python import PYTHON
from auditor.source.languages.ruby import RUBY
from auditor.source.languages.rust import RUST

LANGUAGES: tuple[Language, ...] = (
    TYPESCRIPT,
    TSX,
    JAVASCRIPT,
    PYTHON,
    GO,
    RUBY,
    JAVA,
    KOTLIN,
    CSHARP,
    PHP,
    RUST,
)

BY_SUFFIX: dict[str, Language] = {suffix: language for language in LANGUAGES for suffix in language.suffixes}
