"""Makes random calls and asks the calculators of LiteLLM and genai-prices what they cost.

    python price_calls.py SEED COUNT FOLDER

Writes FOLDER/calls.jsonl, the calls in llmcost's native format, and FOLDER/prices.jsonl, one line for each call and
calculator: the total and the rate of each part (USD for one), or why there is none. The same seed gives the same calls.
Each call is also written as it would be without its tier (t), its region (r) and its long prompt (b), as 17-t, 17-tr, …:
what those cost tells which condition another calculator leaves out.
"""

import json
import os
import pathlib
import random
import sys
import warnings
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

os.environ['LITELLM_LOCAL_MODEL_COST_MAP'] = 'True'  # the list of this release, not the one of today
warnings.simplefilter('ignore')

import genai_prices
import litellm
from genai_prices.data import providers as GENAI_PROVIDERS
from litellm import _internal_context
from litellm.cost_calculator import batch_cost_calculator, completion_cost
from litellm.types.utils import ModelResponse, Usage

# Their "provider not found" helps are printed, not logged.
litellm.suppress_debug_info = True

# What LiteLLM calls a seller → what genai-prices calls it. Everybody else has one name, or is listed by one of them only.
GENAI_NAMES = {
    'bedrock': 'aws',
    'gemini': 'google',
    'vertex_ai': 'google',
    'xai': 'x-ai',
    'fireworks_ai': 'fireworks',
    'together_ai': 'together',
    'moonshot': 'moonshotai',
    'voyage': 'voyageai',
    'azure_ai': 'azure',
    'cohere_chat': 'cohere',
    'github_copilot': 'github-copilot',
}
LITELLM_NAMES = {ours: theirs for theirs, ours in GENAI_NAMES.items() if theirs not in ('vertex_ai', 'azure_ai', 'cohere_chat')}
FAMILIES = {'bedrock_converse': 'bedrock', 'fireworks_ai-embedding-models': 'fireworks_ai', 'azure_text': 'azure', 'text-completion-openai': 'openai'}
MAIN = ('openai', 'anthropic', 'gemini', 'vertex_ai', 'azure', 'azure_ai', 'bedrock', 'mistral', 'xai', 'deepseek', 'groq')

TOKENS_OF_PROMPT = ('input', 'cache_read', 'cache_write', 'cache_write_1h', 'input_audio_tokens', 'input_image_tokens')
TOKENS_OF_ANSWER = ('output', 'reasoning', 'output_audio_tokens', 'output_image_tokens')
SEARCHES = 'web_search_requests'

# A Tuesday; the calls of now are made in the five days after it, peak and off-peak.
NOW = datetime(2026, 11, 24, tzinfo=timezone.utc)
LONG_AGO = datetime(2025, 11, 1, tzinfo=timezone.utc)


@dataclass
class Model:
    """A model as it is sold, and what the two lists have prices for."""

    seller: str
    name: str
    region: str | None = None
    litellm: str | None = None  # the name LiteLLM is asked with, where its list has a key for it
    parts: set = field(default_factory=set)
    tiers: set = field(default_factory=set)
    bands: set = field(default_factory=set)
    regions: set = field(default_factory=set)
    speeds: set = field(default_factory=set)
    dated: bool = False
    embeds: bool = False


LITELLM_PARTS = {
    'cache_read_input_token_cost': 'cache_read',
    'cache_creation_input_token_cost': 'cache_write',
    'cache_creation_input_token_cost_above_1hr': 'cache_write_1h',
    'input_cost_per_audio_token': 'input_audio_tokens',
    'input_cost_per_image_token': 'input_image_tokens',
    'output_cost_per_audio_token': 'output_audio_tokens',
    'output_cost_per_image_token': 'output_image_tokens',
    'search_context_cost_per_query': SEARCHES,
}
GENAI_PARTS = {
    'cache_read_mtok': 'cache_read',
    'cache_write_mtok': 'cache_write',
    'cache_write_1h_mtok': 'cache_write_1h',
    'input_audio_mtok': 'input_audio_tokens',
    'input_image_mtok': 'input_image_tokens',
    'output_audio_mtok': 'output_audio_tokens',
    'output_image_mtok': 'output_image_tokens',
    'web_searches_kcount': SEARCHES,
}


def models_sold() -> list[Model]:
    """All models that one of the lists has a price per token for, each once."""
    found: dict[tuple, Model] = {}
    for key, row in sorted(litellm.model_cost.items()):
        provider = row.get('litellm_provider')
        if not provider or row.get('input_cost_per_token') is None or row.get('mode') not in (None, 'chat', 'completion', 'embedding', 'responses'):
            continue
        seller = FAMILIES.get(provider, 'vertex_ai' if provider.startswith('vertex_ai') else provider)
        name, region = bare_name(seller, key)
        model = found.setdefault((seller, name.lower(), region), Model(seller, name, region))
        model.litellm = key
        describe_litellm(model, row)
    for provider in GENAI_PROVIDERS:
        for info in provider.models:
            if info.id.startswith('regional.'):
                continue  # the list's own word for all profiles of Bedrock but the global one; no log has it
            seller = LITELLM_NAMES.get(provider.id, provider.id)
            model = found.setdefault((seller, info.id.lower(), None), Model(seller, info.id))
            describe_genai(model, info)
    return [model for _, model in sorted(found.items(), key=lambda one: tuple(part or '' for part in one[0]))]


def bare_name(seller: str, key: str) -> tuple[str, str | None]:
    """A key of LiteLLM as a log has it: the name without the seller, and the region that stands between them."""
    name = key.removeprefix(f'{seller}/')
    first, _, rest = name.partition('/')
    if seller == 'bedrock' and rest and first.count('-') in (2, 3):
        return rest, first
    if seller == 'azure' and rest and first in ('us', 'eu', 'us-gov', 'global', 'global-standard'):
        return rest, first
    return name, None


def describe_litellm(model: Model, row: dict) -> None:
    model.parts |= {part for name, part in LITELLM_PARTS.items() if row.get(name) is not None}
    model.embeds |= row.get('mode') == 'embedding'
    for name in row:
        if '_above_' in name and name.endswith('_tokens'):
            bound = name.rsplit('_above_', 1)[1].removesuffix('_tokens')
            model.bands.add(int(bound.removesuffix('k')) * (1000 if bound.endswith('k') else 1))
    for tier in ('flex', 'priority', 'batches'):
        if row.get(f'input_cost_per_token_{tier}') is not None:
            model.tiers.add('batch' if tier == 'batches' else tier)
    if model.seller in MAIN:
        model.tiers.add('batch')
    entry = row.get('provider_specific_entry') or {}
    if model.seller == 'anthropic':
        model.regions |= {'us'} if 'us' in entry else set()
        model.speeds |= {'fast'} if 'fast' in entry else set()
    if row.get('regional_processing_uplift_multiplier_eu') is not None and model.seller == 'openai':
        model.regions |= {'eu', 'us'}
    if row.get('regional_endpoint_uplift_multiplier') is not None:
        model.regions |= {'us-east5', 'europe-west1', 'global'}


def describe_genai(model: Model, info) -> None:
    prices = info.prices if isinstance(info.prices, list) else []
    model.dated |= len(prices) > 1
    for price in [one.prices for one in prices] or [info.prices]:
        for name, value in price.__dict__.items():
            if value is None:
                continue
            model.parts |= {GENAI_PARTS[name]} if name in GENAI_PARTS else set()
            model.bands |= {tier.start for tier in getattr(value, 'tiers', [])}
        model.embeds |= price.output_mtok is None and price.input_mtok is not None
    for variant in info.price_variants or ():
        if 'service_tier' in variant.when and variant.when['service_tier'] in ('flex', 'priority'):
            model.tiers.add(variant.when['service_tier'])
        if variant.when == {'processing': 'batch'}:
            model.tiers.add('batch')
        if variant.when.get('speed') == 'fast':
            model.speeds.add('fast')


@dataclass
class Call:
    model: Model
    at: datetime
    past: bool
    tier: str | None
    region: str | None
    speed: str | None
    quantities: dict


def random_call(chance: random.Random, sold: dict[str, list[Model]]) -> Call:
    model = chance.choice(sold['main' if chance.random() < 0.6 else 'all'])
    past = model.dated and chance.random() < 0.3
    since, span = (LONG_AGO, NOW - LONG_AGO) if past else (NOW, timedelta(days=5))
    at = since + timedelta(minutes=chance.randrange(int(span.total_seconds()) // 60))
    tier = chance.choice(sorted(model.tiers)) if model.tiers and chance.random() < 0.4 else None
    region = chance.choice(sorted(model.regions)) if model.regions and chance.random() < 0.4 else model.region
    speed = 'fast' if model.speeds and tier is None and chance.random() < 0.2 else None
    return Call(model, at, past, tier, region, speed, random_quantities(chance, model))


def random_quantities(chance: random.Random, model: Model) -> dict:
    prompt = prompt_size(chance, model)
    parts = {'input': 0}
    if model.embeds:
        return {'input': prompt}
    others = [part for part in TOKENS_OF_PROMPT[1:] if chance.random() < (0.45 if part in model.parts else 0.02 if part == 'cache_read' else 0)]
    for part in others:
        parts[part] = chance.randrange(1, max(2, prompt // (len(others) + 1)))
    parts['input'] = prompt - sum(parts.values())
    parts['output'] = chance.randrange(1, 4000)
    if chance.random() < 0.3:
        parts['reasoning'] = chance.randrange(1, 4000)
    for part in ('output_audio_tokens', 'output_image_tokens'):
        if part in model.parts and chance.random() < 0.45:
            parts[part] = chance.randrange(1, 2000)
    if SEARCHES in model.parts and chance.random() < 0.15:
        parts[SEARCHES] = chance.randrange(1, 6) if bills_queries(model) else 1
    return parts


def bills_queries(model: Model) -> bool:
    """Gemini before 3 bills a grounded prompt once: what llmcost reads from its answers is 1 then, however many queries."""
    return model.seller not in ('gemini', 'vertex_ai') or 'gemini' not in model.name or any(f'gemini-{n}' in model.name for n in range(3, 10))


def prompt_size(chance: random.Random, model: Model) -> int:
    if model.bands and chance.random() < 0.4:
        bound = chance.choice(sorted(model.bands))
        return chance.choice([bound, bound + 1, bound + chance.randrange(2, 100_000)])
    return chance.randrange(20, 30_000)


def native_line(number: int, call: Call) -> dict:
    """The call as llmcost's native format: the counts of prompt and answer include their parts."""
    amounts = call.quantities
    line = {
        'request_id': str(number),
        'timestamp': call.at.strftime('%Y-%m-%dT%H:%M:%SZ'),
        'provider': call.model.seller,
        'model': call.model.name,
        'operation': 'embedding' if call.model.embeds else 'chat',
        'input_tokens': prompt_of(amounts),
        'output_tokens': answer_of(amounts),
        'service_tier': call.tier,
        'region': call.region,
        'speed': call.speed,
    }
    for part in (*TOKENS_OF_PROMPT, *TOKENS_OF_ANSWER):
        if part not in ('input', 'output') and part in amounts:
            line[part if part.endswith('_tokens') else f'{part}_tokens'] = amounts[part]
    if SEARCHES in amounts:
        line['other_units'] = {SEARCHES: amounts[SEARCHES]}
    return {name: value for name, value in line.items() if value is not None}


def native_lines(number: int, call: Call) -> list[dict]:
    """The call, and what it would be without one or more of its conditions."""
    line = native_line(number, call)
    present = [
        (letter, names)
        for letter, names in (('t', ['service_tier', 'speed']), ('r', ['region']), ('b', PROMPT_COUNTS))
        if any(name in line for name in names) and (letter != 'b' or is_long(call))
    ]
    lines = [line]
    for chosen in range(1, 2 ** len(present)):
        without = [one for place, one in enumerate(present) if chosen >> place & 1]
        other = {**line, 'request_id': f'{number}-' + ''.join(letter for letter, _ in without)}
        for letter, names in without:
            other = shortened(other) if letter == 'b' else {name: value for name, value in other.items() if name not in names}
        lines.append(other)
    return lines


PROMPT_COUNTS = ['input_tokens', *(part if part.endswith('_tokens') else f'{part}_tokens' for part in TOKENS_OF_PROMPT[1:])]


def is_long(call: Call) -> bool:
    return any(prompt_of(call.quantities) >= bound for bound in call.model.bands)


def shortened(line: dict) -> dict:
    """A prompt with one token of each part, and one of plain input."""
    parts = {name: 1 for name in PROMPT_COUNTS[1:] if name in line}
    return {**line, **parts, 'input_tokens': len(parts) + 1}


def prompt_of(amounts: dict) -> int:
    return sum(amounts.get(part, 0) for part in TOKENS_OF_PROMPT)


def answer_of(amounts: dict) -> int:
    return sum(amounts.get(part, 0) for part in TOKENS_OF_ANSWER)


def litellm_cost(call: Call, amounts: dict) -> float:
    written = amounts.get('cache_write', 0) + amounts.get('cache_write_1h', 0)
    prompt, answer = prompt_of(amounts), answer_of(amounts)
    cache = {'cache_read_input_tokens': amounts.get('cache_read', 0), 'cache_creation_input_tokens': written} if written else {}
    usage = Usage(
        prompt_tokens=prompt,
        completion_tokens=answer,
        total_tokens=prompt + answer,
        prompt_tokens_details={
            'cached_tokens': amounts.get('cache_read', 0),
            'audio_tokens': amounts.get('input_audio_tokens', 0),
            'image_tokens': amounts.get('input_image_tokens', 0),
            'text_tokens': amounts['input'],
            **({'web_search_requests': amounts[SEARCHES]} if SEARCHES in amounts else {}),
            **(
                {
                    'cache_creation_tokens': written,
                    'cache_creation_token_details': {
                        'ephemeral_5m_input_tokens': amounts.get('cache_write', 0),
                        'ephemeral_1h_input_tokens': amounts.get('cache_write_1h', 0),
                    },
                }
                if written
                else {}
            ),
        },
        completion_tokens_details={
            'reasoning_tokens': amounts.get('reasoning', 0),
            'audio_tokens': amounts.get('output_audio_tokens', 0),
            'image_tokens': amounts.get('output_image_tokens', 0),
            'text_tokens': amounts.get('output', 0),
        },
        **({'server_tool_use': {'web_search_requests': amounts[SEARCHES]}} if SEARCHES in amounts else {}),
        **cache,
        **({'inference_geo': call.region} if call.model.seller == 'anthropic' and call.region else {}),
        **({'speed': call.speed} if call.speed else {}),
    )
    name = call.model.litellm or f'{call.model.seller}/{call.model.name}'
    place = {'data_residency': call.region} if call.model.seller == 'openai' else {'vertex_location': call.region} if call.model.seller == 'vertex_ai' else {}
    if call.tier == 'batch':
        return sum(batch_cost_calculator(usage, name, call.model.seller, **place))
    tier = {'service_tier': call.tier} if call.tier else {}
    response = ModelResponse(model=name, usage=usage)
    call_type = 'embedding' if call.model.embeds else 'completion'
    return completion_cost(response, model=name, custom_llm_provider=call.model.seller, call_type=call_type, **tier, **place)


def genai_cost(call: Call, amounts: dict) -> float:
    written = amounts.get('cache_write', 0) + amounts.get('cache_write_1h', 0)
    counts = {
        'input_tokens': prompt_of(amounts),
        'output_tokens': answer_of(amounts),
        'cache_read_tokens': amounts.get('cache_read', 0),
        'cache_write_tokens': written,
        'cache_write_1h_tokens': amounts.get('cache_write_1h', 0),
        'input_audio_tokens': amounts.get('input_audio_tokens', 0),
        'input_image_tokens': amounts.get('input_image_tokens', 0),
        'output_audio_tokens': amounts.get('output_audio_tokens', 0),
        'output_image_tokens': amounts.get('output_image_tokens', 0),
        'output_reasoning_tokens': amounts.get('reasoning', 0),
        'web_searches': amounts.get(SEARCHES, 0),
    }
    context = {}
    if call.tier:
        context = {'processing': 'batch'} if call.tier == 'batch' else {'service_tier': call.tier}
    if call.speed:
        context['speed'] = call.speed
    usage = genai_prices.Usage(**{name: count for name, count in counts.items() if count or name == 'input_tokens'})
    return genai_prices.calc_price(
        usage,
        call.model.name,
        provider_id=GENAI_NAMES.get(call.model.seller, call.model.seller),
        genai_request_timestamp=call.at,
        price_context=context or None,
    ).total_price


def rates_of(cost, amounts: dict) -> tuple:
    """The total of a calculator, and what it asks for one of each part.

    The prompt keeps its size, so that it stays in its band: a part of it is made plain input, and the difference is what
    the part costs more than that.
    """
    total = cost(amounts)
    fee = cost({'input': 0})
    rates, rest = {'requests': fee} if fee else {}, total - fee
    for part, amount in amounts.items():
        if part in TOKENS_OF_PROMPT:
            continue
        without = cost({other: count for other, count in amounts.items() if other != part})
        rates[part] = (total - without) / amount
        rest -= total - without
    more = {}
    for part, amount in amounts.items():
        if part not in TOKENS_OF_PROMPT or part == 'input' or amount == 0:
            continue
        plain = {**amounts, part: 0, 'input': amounts['input'] + amount}
        more[part] = (total - cost(plain)) / amount
        rest -= total - cost(plain)
    rates['input'] = rest / prompt_of(amounts)
    return total, {**rates, **{part: rates['input'] + extra for part, extra in more.items()}}


def asked(number: int, side: str, cost, call: Call) -> dict:
    """A line of prices.jsonl. A calculator that does not know the model says so with an exception of its choice."""
    line = {'id': str(number), 'side': side}
    try:
        total, rates = rates_of(lambda amounts: cost(call, amounts), call.quantities)
    except Exception as failure:  # noqa: BLE001
        return {**line, 'failure': type(failure).__name__, 'says': str(failure).strip().split('\n')[0][:200]}
    return {**line, 'quantities': {**call.quantities, 'requests': 1}, 'total': format(float(total), '.18f'), 'rates': {part: format(float(rate), '.18f') for part, rate in rates.items()}}


def main(seed: int, count: int, folder: pathlib.Path) -> None:
    everything = models_sold()
    sold = {'all': everything, 'main': [model for model in everything if model.seller in MAIN]}
    chance = random.Random(seed)
    with open(folder / 'calls.jsonl', 'w') as calls, open(folder / 'prices.jsonl', 'w') as prices:
        for number in range(count):
            call = random_call(chance, sold)
            calls.writelines(json.dumps(line) + '\n' for line in native_lines(number, call))
            _internal_context._billing_time.set(call.at)
            # LiteLLM's list has no history: it is asked about calls of now only.
            if not call.past:
                prices.write(json.dumps(asked(number, 'litellm', litellm_cost, call)) + '\n')
            prices.write(json.dumps(asked(number, 'genai-prices', genai_cost, call)) + '\n')


main(int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3]))
