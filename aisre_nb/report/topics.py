"""What systems fail of, and are made of: a sentence that speaks of one must cite evidence that does too."""

from __future__ import annotations

import re

_TOPICS = (
    ("memory", r"memory|out of memory|heap|oom(?:killed|-killed)?|leak(?:s|ed|ing)?"),
    ("restart", r"restart\w*|crash\w*|kill(?:ed|s)?|evict\w*|terminated"),
    ("cpu", r"cpu|processor|throttl\w+|load average"),
    ("disk", r"disks?|volumes?|storage|filesystem|inodes?|no space"),
    ("network", r"networks?|packets?|partition(?:ed)?|routers?|routing|switch(?:es)?|bandwidth|unreachable"),
    ("dns", r"dns|name resolution|nxdomain"),
    ("certificate", r"certificates?|tls|ssl|x509"),
    ("credential", r"credentials?|passwords?|tokens?|permission(?:s)?|unauthorized|forbidden|expired"),
    ("lock", r"deadlock(?:s|ed)?|lock(?:s|ed)?|contention|mutex"),
    ("pool", r"pools?|connection pool|exhaust(?:ed|ion)"),
    ("database", r"databases?|db|postgres\w*|mysql|mariadb|mongo\w*|sqlite|cassandra|dynamodb|oracle"),
    ("cache", r"caches?|cached|redis|memcached?|valkey"),
    ("queue", r"queues?|kafka|rabbitmq|nats|sqs|pubsub|broker|backlog"),
    ("proxy", r"prox(?:y|ies)|nginx|envoy|istio|haproxy|load balancer|ingress|cdn|cloudflare|mesh"),
    ("cloud", r"aws|gcp|azure|s3|region|availability zone|zones?"),
    ("garbage collection", r"garbage collection|gc|stop-the-world"),
    ("attack", r"attack(?:s|ed|er)?|ddos|breach(?:ed)?|intrusion|malware|exploit(?:ed)?|hacked|scraper|bots?"),
    ("person", r"engineer|developer|operator|intern|admin|team|colleague|somebody|human error|vendor|customer support"),
    ("clock", r"clock skew|ntp|leap second|daylight"),
    ("hardware", r"hardware|kernel panic|power|fan|rack|data ?center"),
    ("quota", r"quotas?|rate limit\w*|429|limit(?:s|ed)? exceeded"),
    ("migration", r"migration|migrated|schema change|backfill|index(?:es)?"),
    ("revenue", r"revenue|dollars?|euros?|usd|eur|money|losses|lost sales|churn"),
)
_SAID = [(name, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for name, words in _TOPICS]
_STEMS = [(name, re.compile(rf"(?:{words})", re.IGNORECASE)) for name, words in _TOPICS]


def spoken_of(text: str) -> dict[str, str]:
    """Each topic of the text with the word that raised it."""
    return {name: found[0] for name, pattern in _SAID if (found := pattern.search(text))}


def missing(topics: dict[str, str], haystack: str) -> list[str]:
    """The words whose topic the haystack does not speak of, in any of its words."""
    stems = dict(_STEMS)
    return [word for name, word in topics.items() if not stems[name].search(haystack)]
