"""Connections: the only room that opens one or accepts one (ADR 0017).

http_client   asks a server, within bounds of time and bytes
bounded       the bounds themselves, at the socket, where nothing escapes them
http_server   lets waitress serve a WSGI application

Everything else is handed bytes, or a function that fetches them.
"""
