"""Sphinx: links to the book's repository, in builds that know its address.

BOOK_REPOSITORY (https://host/owner/name) and BOOK_BRANCH (main) bring the source button, "edit this page" and
the launch buttons for Binder and Colab; without them no page points anywhere outside the book.
"""
import os


def add_repository(app, config):
    """Hand the repository's address to the theme."""
    repository = os.environ.get('BOOK_REPOSITORY')
    if repository:
        config.html_theme_options.update({
            'repository_url': repository,
            'repository_branch': os.environ.get('BOOK_BRANCH', 'main'),
            'path_to_docs': 'book',
            'use_repository_button': True,
            'use_edit_page_button': True,
            'launch_buttons': {'binderhub_url': 'https://mybinder.org', 'colab_url': 'https://colab.research.google.com',
                               'notebook_interface': 'jupyterlab'},
        })


def setup(app):
    app.connect('config-inited', add_repository)
    return {'version': '1', 'parallel_read_safe': True}
