"""The code in a source: without comments, docstrings and spaces."""
import ast
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


def plain(node):
    """Return a part of a syntax tree as tuples and lists, without docstrings and without fields that are empty."""
    if isinstance(node, list):
        return [plain(part) for part in node if not (isinstance(part, ast.Expr) and is_text(part.value))]
    if isinstance(node, ast.AST):
        fields = [(name, plain(part)) for name, part in ast.iter_fields(node) if part not in (None, [])]
        return type(node).__name__, fields
    return repr(node)


def is_text(node):
    """Return whether an expression is a string as it stands."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def fingerprint(source):
    """Return a hash that changes with the code of a source, and only with that: on every Python it is the same."""
    return hashlib.sha256(repr(plain(ast.parse(source))).encode()).hexdigest()
