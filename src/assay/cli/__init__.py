"""The command line: `main.py` names the verbs, each verb has its file, no logic."""
