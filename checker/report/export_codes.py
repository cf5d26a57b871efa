"""What a code means, as plain data for JSON. Knows nothing of any sweep."""

from checker.report.code_screen import PAIR, is_pair, severities
from checker.report.recipes import Recipe, recipes_of
from checker.report.words import Lang, column_words, finding_texts, source_of


def code_object(code: str, lang: Lang = "sv") -> dict[str, object]:
    """A finding code with its texts and recipes, or a printed code with its meaning in every column that has it.

    Placeholders such as `{subject}` stand in the texts as they are.
    """
    text = finding_texts(lang).get(code)
    if text is None:
        printed = PAIR if is_pair(code) else code
        return {
            "code": code,
            "kind": "cell",
            "columns": [
                {"indicator": name, "label": words.label, "text": words.codes[printed], "why": words.why}
                for name, words in column_words(lang).items()
                if printed in words.codes
            ],
        }
    return {
        "code": code,
        "kind": "finding",
        "area": text.area,
        "severity": severities(code),
        "text": text.text,
        "why": text.why,
        "remedy": text.remedy,
        "source": source_of(code, lang)[0],
        "recipes": [_recipe(recipe, lang) for recipe in recipes_of(code)],
    }


def _recipe(recipe: Recipe, lang: Lang) -> dict[str, object]:
    return {
        "topic": recipe.topic,
        "title": recipe.title[lang],
        "text": recipe.text[lang],
        "software": [
            {
                "name": software.name[lang],
                "text": software.text[lang],
                "example": software.example,
                "source": software.source,
            }
            for software in recipe.software
        ],
    }
