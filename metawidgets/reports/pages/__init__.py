"""The exporter: an executed notebook becomes one offline HTML page.

Its text is cleaned, its widgets run without a kernel, and what a page cannot show is listed.
"""
