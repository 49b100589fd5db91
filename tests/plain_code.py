"""The code in a source: without comments, docstrings and spaces."""
import hashlib
import io
import tokenize


def code_tokens(source):
    """Return the tokens of a source that are code."""
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    begins = {tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    return [token for before, token in zip([tokens[-1], *tokens], tokens)
            if token.string.strip() and token.type != tokenize.COMMENT
            and not (token.type == tokenize.STRING and before.type in begins)]


def lines_of_code(source):
    """Return how many lines of a source hold code."""
    return len({line for token in code_tokens(source) for line in range(token.start[0], token.end[0] + 1)})


def fingerprint(source):
    """Return a hash that changes with the code of a source, and only with that."""
    return hashlib.sha256('\n'.join(token.string for token in code_tokens(source)).encode()).hexdigest()
