"""The shapes of credentials: prefix, alphabet and length of each, as data.

Facts of the formats come from what their issuers publish and from well-kept public
lists of such facts; the patterns are our own.
"""

from __future__ import annotations

from assay.domain.credential_contexts import CONTEXTS
from assay.domain.credential_proofs import is_github_token, is_web_token
from assay.domain.credential_rule import AFTER, BEFORE, Rule, by_prefix, by_shape

__all__ = ["RULES", "Rule"]

_HEX = b"[0-9a-f]"
_WORD = b"[A-Za-z0-9]"
_URL64 = b"[A-Za-z0-9_-]"

_PLATFORMS = (
    by_shape(
        "aws-access-key-id",
        "AWS access key id",
        (b"AKIA", b"ASIA", b"ABIA", b"ACCA"),
        rb"(?<![A-Za-z0-9+/])((?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})(?![A-Za-z0-9+/])",
    ),
    by_prefix(
        "aws-bedrock-key",
        "Amazon Bedrock key",
        b"ABSK",
        rb"[A-Za-z0-9+/]{109,269}={0,2}",
    ),
    by_shape(
        "github-token",
        "GitHub token",
        (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"),
        BEFORE + rb"(gh[pousr]_[A-Za-z0-9]{36,251})" + AFTER,
        proof=is_github_token,
    ),
    by_shape(
        "github-fine-grained-token",
        "GitHub fine-grained token",
        (b"github_pat_",),
        BEFORE + rb"(github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})" + AFTER,
    ),
    by_shape(
        "huggingface-token",
        "Hugging Face token",
        (b"hf_", b"api_org_"),
        BEFORE + rb"((?:hf|api_org)_[A-Za-z0-9]{34})" + AFTER,
    ),
    by_shape(
        "anthropic-key",
        "Anthropic API key",
        (b"sk-ant-",),
        BEFORE + rb"(sk-ant-[a-z0-9]{3,8}-[A-Za-z0-9_-]{60,120})" + AFTER,
    ),
    by_shape(
        "openai-key",
        "OpenAI API key",
        (b"sk-",),
        BEFORE
        + rb"(sk-(?:(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,200}"
        + rb"|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}))"
        + AFTER,
    ),
    by_prefix("openrouter-key", "OpenRouter API key", b"sk-or-v1-", _HEX + b"{64}"),
    by_prefix(
        "deepseek-key", "API key of the form sk-", b"sk-", _HEX + b"{32}", "medium"
    ),
    by_prefix("replicate-token", "Replicate token", b"r8_", _WORD + b"{37}"),
    by_prefix("groq-key", "Groq API key", b"gsk_", _WORD + b"{52}"),
    by_prefix("xai-key", "xAI API key", b"xai-", _WORD + b"{80}"),
    by_prefix("perplexity-key", "Perplexity API key", b"pplx-", _WORD + b"{48}"),
    by_prefix("nvidia-key", "NVIDIA API key", b"nvapi-", _URL64 + b"{60,80}"),
    by_prefix(
        "langsmith-key",
        "LangSmith API key",
        b"lsv2_",
        rb"(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",
    ),
    by_prefix(
        "pinecone-key",
        "Pinecone API key",
        b"pcsk_",
        _WORD + rb"{5,8}_" + _WORD + b"{50,80}",
    ),
    by_prefix(
        "databricks-token", "Databricks token", b"dapi", rb"[0-9a-f]{32}(?:-[0-9])?"
    ),
    by_shape(
        "slack-token",
        "Slack token",
        (b"xoxb-", b"xoxp-", b"xoxa-", b"xoxr-", b"xoxs-", b"xapp-"),
        BEFORE + rb"((?:xox[bpars]-[0-9]{8,14}|xapp-[0-9])-[A-Za-z0-9-]{16,200})",
    ),
    by_shape(
        "slack-webhook",
        "Slack webhook",
        (b"hooks.slack.com/",),
        rb"(hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{40,60})",
    ),
    by_prefix("google-api-key", "Google API key", b"AIza", _URL64 + b"{35}"),
    by_prefix(
        "google-client-secret",
        "Google OAuth client secret",
        b"GOCSPX-",
        _URL64 + b"{28}",
    ),
    by_prefix(
        "google-access-token",
        "Google OAuth access token",
        b"ya29.",
        _URL64 + b"{60,400}",
    ),
    by_shape(
        "gitlab-token",
        "GitLab token",
        (
            b"glpat-",
            b"gldt-",
            b"glptt-",
            b"glrt-",
            b"glcbt-",
            b"glft-",
            b"glsoat-",
            b"glimt-",
            b"glagent-",
            b"gloas-",
            b"GR1348941",
        ),
        BEFORE
        + rb"((?:gl(?:pat|dt|ptt|rt|cbt|ft|soat|imt|agent|oas)-|GR1348941)"
        + rb"[A-Za-z0-9_.-]{20,300})"
        + AFTER,
    ),
    by_prefix("digitalocean-token", "DigitalOcean token", b"dop_v1_", _HEX + b"{64}"),
    by_prefix("digitalocean-oauth", "DigitalOcean token", b"doo_v1_", _HEX + b"{64}"),
    by_prefix("digitalocean-refresh", "DigitalOcean token", b"dor_v1_", _HEX + b"{64}"),
    by_prefix("docker-token", "Docker Hub token", b"dckr_pat_", _URL64 + b"{27}"),
    by_prefix("npm-token", "npm token", b"npm_", _WORD + b"{36}"),
    by_prefix("pypi-token", "PyPI token", b"pypi-AgE", _URL64 + b"{50,1000}"),
    by_prefix("rubygems-token", "RubyGems token", b"rubygems_", _HEX + b"{48}"),
    by_prefix(
        "cloudflare-origin-key",
        "Cloudflare origin CA key",
        b"v1.0-",
        rb"[0-9a-f]{24}-[0-9a-f]{146}",
    ),
    by_prefix("vault-token", "HashiCorp Vault token", b"hvs.", _URL64 + b"{24,120}"),
    by_prefix(
        "vault-batch-token", "HashiCorp Vault token", b"hvb.", _URL64 + b"{100,300}"
    ),
    by_shape(
        "terraform-token",
        "Terraform Cloud token",
        (b".atlasv1.",),
        rb"(?<![A-Za-z0-9])([A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70})",
    ),
)
_SERVICES = (
    by_shape(
        "stripe-key",
        "Stripe live key",
        (b"sk_live_", b"rk_live_"),
        BEFORE + rb"([rs]k_live_[A-Za-z0-9]{20,247})" + AFTER,
    ),
    by_prefix("twilio-key", "Twilio API key", b"SK", _HEX + b"{32}", "medium"),
    by_prefix(
        "sendgrid-key",
        "SendGrid API key",
        b"SG.",
        rb"[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
    ),
    by_prefix("mailgun-key", "Mailgun API key", b"key-", _HEX + b"{32}", "medium"),
    by_prefix(
        "brevo-key", "Brevo API key", b"xkeysib-", rb"[0-9a-f]{64}-[A-Za-z0-9]{16}"
    ),
    by_shape(
        "shopify-token",
        "Shopify token",
        (b"shpat_", b"shpca_", b"shppa_", b"shpss_"),
        BEFORE + rb"(shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32})" + AFTER,
    ),
    by_shape(
        "telegram-token",
        "Telegram bot token",
        (b":AA",),
        rb"(?<![A-Za-z0-9_:/-])([0-9]{8,10}:AA[A-Za-z0-9_-]{33})(?![A-Za-z0-9_-])",
    ),
    by_shape(
        "discord-webhook",
        "Discord webhook",
        (b"/api/webhooks/",),
        rb"(discord(?:app)?\.com/api/webhooks/[0-9]{17,20}/[A-Za-z0-9_-]{60,80})",
    ),
    by_prefix("sentry-token", "Sentry token", b"sntryu_", _HEX + b"{64}"),
    by_prefix(
        "sentry-organisation-token",
        "Sentry token",
        b"sntrys_",
        rb"eyJ[A-Za-z0-9+/=_]{60,600}",
    ),
    by_prefix(
        "grafana-token", "Grafana token", b"glsa_", rb"[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}"
    ),
    by_prefix(
        "grafana-cloud-token",
        "Grafana Cloud token",
        b"glc_",
        rb"eyJ[A-Za-z0-9+/]{32,400}={0,3}",
    ),
    by_prefix("atlassian-token", "Atlassian token", b"ATATT3", rb"[A-Za-z0-9_=-]{186}"),
    by_prefix("bitbucket-password", "Bitbucket app password", b"ATBB", _WORD + b"{32}"),
    by_prefix(
        "postman-key", "Postman API key", b"PMAK-", rb"[0-9a-f]{24}-[0-9a-f]{34}"
    ),
    by_prefix("linear-key", "Linear API key", b"lin_api_", _WORD + b"{40}"),
    by_prefix("notion-token", "Notion token", b"ntn_", rb"[0-9]{11}[A-Za-z0-9]{35}"),
    by_prefix("pulumi-token", "Pulumi token", b"pul-", _HEX + b"{40}"),
    by_prefix("doppler-token", "Doppler token", b"dp.pt.", _WORD + b"{40,44}"),
    by_prefix(
        "dynatrace-token", "Dynatrace token", b"dt0c01.", rb"[A-Z0-9]{24}\.[A-Z0-9]{64}"
    ),
    by_prefix("new-relic-key", "New Relic key", b"NRAK-", rb"[A-Z0-9]{27}"),
    by_prefix(
        "planetscale-password",
        "PlanetScale password",
        b"pscale_",
        rb"(?:pw|tkn|oauth)_[A-Za-z0-9_.=-]{32,64}",
    ),
    by_prefix("supabase-token", "Supabase token", b"sbp_", _HEX + b"{40}"),
    by_prefix("prefect-key", "Prefect API key", b"pnu_", _WORD + b"{36}"),
    by_prefix(
        "tailscale-key",
        "Tailscale key",
        b"tskey-",
        rb"(?:auth|api|client)-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,40}",
    ),
    by_prefix("figma-token", "Figma token", b"figd_", _URL64 + b"{40}"),
    by_prefix("heroku-key", "Heroku API key", b"HRKU-AA", _URL64 + b"{58}"),
    by_prefix(
        "alibaba-key-id", "Alibaba Cloud key id", b"LTAI", _WORD + b"{20}", "medium"
    ),
    by_prefix("openshift-token", "OpenShift token", b"sha256~", _URL64 + b"{43}"),
    by_prefix(
        "onepassword-token",
        "1Password service token",
        b"ops_eyJ",
        rb"[A-Za-z0-9+/]{250,2000}={0,3}",
    ),
    by_shape(
        "airtable-token",
        "Airtable token",
        (b"pat",),
        BEFORE + rb"(pat[A-Za-z0-9]{14}\.[0-9a-f]{64})" + AFTER,
    ),
    by_shape(
        "azure-client-secret",
        "Azure client secret",
        (b"Q~",),
        rb"(?<![A-Za-z0-9_~.-])([A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34})(?![A-Za-z0-9_~.-])",
    ),
    by_prefix("age-key", "age secret key", b"AGE-SECRET-KEY-1", rb"[0-9A-Z]{58}"),
    by_shape(
        "json-web-token",
        "JSON Web Token",
        (b"eyJ",),
        BEFORE
        + rb"(eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}"
        + rb"\.[A-Za-z0-9_-]{20,700})",
        "medium",
        is_web_token,
    ),
)

RULES: tuple[Rule, ...] = (*CONTEXTS[:2], *_PLATFORMS, *_SERVICES, *CONTEXTS[2:])
