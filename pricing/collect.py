#!/usr/bin/env python3
"""Collects the price lists that package registries carry release by release, each as a file dated by its release.

    python3 pricing/collect.py FOLDER
    node bin/llmcost.js pricing refresh --output pricing --from FOLDER/*

What is in the folder already stays, so lists that no registry carries (models.dev, OpenRouter's own feed, older feeds of
genai-prices) can be put there first, with their dates in their names. Needs pip, npm and tar; nothing is installed or run.
"""

import ast
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from decimal import Decimal

HERE = pathlib.Path(__file__).parent

# Release of LiteLLM → the day it came out. Its wheel holds the list of that day.
LITELLM = {
    '1.75.0': '2025-08-05',
    '1.79.0': '2025-10-26',
    '1.80.10': '2025-12-14',
    '1.81.5': '2026-01-29',
    '1.83.0': '2026-03-31',
    '1.86.0': '2026-05-24',
    '1.90.0': '2026-06-27',
    '1.95.0': '2026-08-02',
    '1.97.0': '2026-08-16',
    '1.99.0': '2026-09-01',
    '1.101.0': '2026-09-14',
    '1.103.0': '2026-09-27',
    '1.105.0': '2026-10-11',
    '1.108.0': '2026-11-04',
    '1.110.2': '2026-11-20',
}
# The same of genai-prices, whose wheel holds its list as Python, and of pi-ai, whose package holds OpenRouter's prices.
GENAI_PRICES = {'0.2.3': '2026-11-10'}
PI_AI = {'1.6.0': '2026-11-20'}

CLAUSES = {
    'ClauseEquals': 'equals',
    'ClauseContains': 'contains',
    'ClauseStartsWith': 'starts_with',
    'ClauseEndsWith': 'ends_with',
    'ClauseRegex': 'regex',
    'ClauseOr': 'or',
    'ClauseAnd': 'and',
}


def main(folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for version, day in LITELLM.items():
        member = 'litellm/model_prices_and_context_window_backup.json'
        write(folder / f'litellm-{day}.json', lambda: wheel_member('litellm', version, member))
    for version, day in GENAI_PRICES.items():
        write(
            folder / f'genai-prices-{day}.json',
            lambda: json.dumps(genai_prices(wheel_member('genai-prices', version, 'genai_prices/data.py'))),
        )
    for version, day in PI_AI.items():
        write(folder / f'openrouter-{day}.json', lambda: json.dumps(openrouter(version)))
    day = max([*LITELLM.values(), *GENAI_PRICES.values(), *PI_AI.values()])
    shutil.copy(HERE / 'published.json', folder / f'published-{day}.json')


def write(path: pathlib.Path, text) -> None:
    if not path.exists():
        path.write_text(text())


def wheel_member(package: str, version: str, member: str) -> str:
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, '-m', 'pip', 'download', '-q', '--no-deps', '--only-binary', ':all:', '-d', place]
        subprocess.run([*command, f'{package}=={version}'], check=True)
        [wheel] = pathlib.Path(place).glob('*.whl')
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(member).decode()


def genai_prices(source: str) -> object:
    """The list of providers in the form of the feed. The module is read, never run."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.AnnAssign) and getattr(node.target, 'id', '') == 'providers':
            return value_of(node.value)
    raise SystemExit('genai-prices: no list of providers')


def value_of(node: ast.expr) -> object:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.UnaryOp):
        return -value_of(node.operand)
    if isinstance(node, (ast.List, ast.Tuple)):
        return [value_of(one) for one in node.elts]
    if isinstance(node, ast.Dict):
        return {value_of(key): value_of(value) for key, value in zip(node.keys, node.values)}
    if isinstance(node, ast.BinOp):
        return value_of(node.left)
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call):
        return called(node)
    raise SystemExit(f'genai-prices: cannot read {ast.dump(node)[:80]}')


def called(node: ast.Call) -> object:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
    words = {word.arg: value_of(word.value) for word in node.keywords if word.arg != 'extractors'}
    rest = [value_of(one) for one in node.args]
    if name in CLAUSES:
        return {CLAUSES[name]: [*words.values(), *rest][0]}
    if name == 'Decimal':
        return float(rest[0])
    if name == 'date':
        return '-'.join(f'{part:02}' for part in rest)
    if name == 'time':
        hour, minute, second = [*rest, 0, 0, 0][:3]
        return f'{hour:02}:{minute or 0:02}:{second or 0:02}+00:00'
    return words


def openrouter(version: str) -> object:
    """OpenRouter's part of pi-ai, USD per million tokens, in the form of OpenRouter's own list, USD per token."""
    with tempfile.TemporaryDirectory() as place:
        command = ['npm', 'pack', '--silent', f'@earendil-works/pi-ai@{version}']
        packed = subprocess.run(command, check=True, cwd=place, capture_output=True, text=True).stdout.split()[-1]
        subprocess.run(['tar', '-xzf', packed], check=True, cwd=place)
        groups = json.loads((pathlib.Path(place) / 'package/dist/providers/data/openrouter.json').read_text())
    models = {model['id']: openrouter_model(model) for group in groups.values() for model in group.values()}
    return {'data': [models[name] for name in sorted(models)]}


def openrouter_model(model: dict) -> dict:
    pricing = token_prices(model['cost'])
    bands = [
        {'min_prompt_tokens': tier['inputTokensAbove'] + 1, **token_prices(tier)}
        for tier in model['cost'].get('tiers', [])
    ]
    if bands:
        pricing['overrides'] = bands
    return {
        'id': model['id'],
        'name': model.get('name'),
        'pricing': pricing,
        'context_length': model.get('contextWindow'),
        'top_provider': {'max_completion_tokens': model.get('maxTokens')},
        'architecture': {'input_modalities': model.get('input'), 'output_modalities': ['text']},
    }


def token_prices(cost: dict) -> dict:
    """A cache price of 0 is how the list writes that it knows none."""
    always = {'prompt': cost['input'], 'completion': cost['output']}
    cache = {'input_cache_read': cost.get('cacheRead'), 'input_cache_write': cost.get('cacheWrite')}
    prices = {**always, **{name: price for name, price in cache.items() if price}}
    return {name: format((Decimal(str(price)) / 1_000_000).normalize(), 'f') for name, price in prices.items()}


main(pathlib.Path(sys.argv[1]))
