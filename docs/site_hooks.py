# SPDX-License-Identifier: GPL-3.0-or-later
"""What MkDocs does not do by itself: a page for each module, the project's own CHANGELOG and CONTRIBUTING, pictures in the page.

The pages of the modules are made from DOCUMENTATION, EXAMPLES and RETURN at each build and exist nowhere as files.
"""
import ast
import html
import posixpath
import re
from pathlib import Path

import yaml
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[1]
# Files of the project's root that are pages of the site too.
FROM_ROOT = {'CHANGELOG.md': 'changelog.md', 'CONTRIBUTING.md': 'contributing.md'}
# What a link to the README means on the site.
README = {'#destinations': 'destinations.md', '#statuses': 'statuses.md', '#variables': 'variables.md'}

_LINK = re.compile(r'(!?)\[([^\]\n]*)\]\((?![a-z]+:|#)([^)\s#]+)(#[^)\s]*)?\)')
_FENCE = re.compile(r'(^```.*?^```[ \t]*$)', re.M | re.S)
_PICTURE = re.compile(r'^!\[[^\]]*\]\(([^)]+\.svg)\)$', re.M)
_LOADED = re.compile(r'<(?:script|img|iframe|source)\b[^>]*\bsrc=["\']?(?:https?:)?//|<link\b[^>]*\bhref=["\']?(?:https?:)?//[^>]*>', re.I)


def on_config(config):
    """The pages of the modules stand in the navigation without being named there one by one."""
    _fill(config['nav'], [{name: 'modules/%s.md' % name} for name in modules()])
    return config


def _fill(entries, pages):
    for entry in entries:
        for title, below in entry.items():
            if title == 'Modules':
                entry[title] = pages
            elif isinstance(below, list):
                _fill(below, pages)


def on_files(files, config):
    for name, path in modules().items():
        files.append(File.generated(config, 'modules/%s.md' % name, content=module_page(path)))
    for source, page in FROM_ROOT.items():
        text = (ROOT / source).read_text(encoding='utf-8')
        files.append(File.generated(config, page, content=text + (unreleased() if source == 'CHANGELOG.md' else '')))
    return files


def on_page_markdown(markdown, page, config, files):
    """Links that hold in the repository hold on the site; a picture stands in the page and takes its colours."""
    source = {page_name: name for name, page_name in FROM_ROOT.items()}.get(page.file.src_uri, 'docs/' + page.file.src_uri)
    folder = posixpath.dirname(source)
    parts = _FENCE.split(markdown)
    for index in range(0, len(parts), 2):
        parts[index] = _PICTURE.sub(lambda match: _inline(folder, match.group(1)), parts[index])
        parts[index] = _LINK.sub(lambda match: _link(match, folder, posixpath.dirname(page.file.src_uri)), parts[index])
    return ''.join(parts)


def on_post_build(config):
    """Nothing on the site may be fetched from elsewhere when it is read."""
    found = [path.name for path in Path(config['site_dir']).rglob('*.html') if _LOADED.search(path.read_text(encoding='utf-8'))]
    if found:
        raise PluginError('these pages load something from another host: %s' % ', '.join(sorted(found)))


def _inline(folder, target):
    """The picture's text, without the colours it has where it stands alone."""
    text = (ROOT / folder / target).read_text(encoding='utf-8')
    text = re.sub(r'<\?xml[^>]*\?>\s*|<style id="alone">.*?</style>\s*|<!--.*?-->\s*', '', text, flags=re.S)
    return '<div class="picture">\n%s\n</div>' % re.sub(r'\n\s*\n', '\n', text).strip()


def _link(match, folder, page_folder):
    image, text, target, anchor = match.group(1), match.group(2), match.group(3), match.group(4) or ''
    wanted = posixpath.normpath(posixpath.join(folder, target))
    if wanted == 'README.md':
        wanted, anchor = 'docs/' + README.get(anchor, 'index.md'), ''
    elif wanted in FROM_ROOT:
        wanted = 'docs/' + FROM_ROOT[wanted]
    if not wanted.startswith('docs/'):
        return '%s (`%s`)' % (text, wanted) if text.strip('`') != wanted else '`%s`' % wanted
    return '%s[%s](%s%s)' % (image, text, posixpath.relpath(wanted[len('docs/'):], page_folder or '.'), anchor)


def unreleased():
    """What the fragments of the changelog say, until a release takes them into CHANGELOG.md."""
    sections = yaml.safe_load((ROOT / 'changelogs/config.yaml').read_text(encoding='utf-8'))['sections']
    found = {}
    for path in sorted((ROOT / 'changelogs/fragments').glob('*.y*ml')):
        for section, entries in yaml.safe_load(path.read_text(encoding='utf-8')).items():
            found.setdefault(section, []).extend(as_list(entries))
    lines = ['', '## Unreleased', ''] + found.get('release_summary', []) if found else []
    for section, title in sections:
        lines += ['', '### ' + title, ''] + ['- ' + text.replace('``', '`') for text in found[section]] if section in found else []
    return '\n'.join(lines) + '\n'


# --- the pages of the modules

def modules():
    """{name: path} of library/."""
    return {path.stem: path for path in sorted((ROOT / 'library').glob('*.py'))}


def constants(path):
    """{name: text} of the module's text constants, read without running it."""
    tree = ast.parse(Path(path).read_text(encoding='utf-8'))
    return {node.targets[0].id: node.value.value for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)}


def module_page(path):
    """The page of a module as Markdown."""
    found = constants(path)
    doc, returned = yaml.safe_load(found['DOCUMENTATION']), yaml.safe_load(found['RETURN'])
    lines = ['# %s' % doc['module'], '', '%s.' % marked(doc['short_description']), '']
    lines += ['- %s' % marked(text) for text in as_list(doc['description'])]
    lines += ['', '## Options', '', '| option | type | default | what it is |', '|---|---|---|---|']
    lines += ['| %s |' % ' | '.join(cell(text) for text in row) for row in options(doc['options'])]
    lines += ['', '## How it runs', '', '| | |', '|---|---|']
    lines += ['| %s | %s |' % (name, cell('%s. %s %s' % (given.get('support', ''), marked(given['description']), marked(given.get('details', '')))))
              for name, given in doc.get('attributes', {}).items()]
    lines += ['', 'Needs: %s.' % '; '.join(marked(text) for text in as_list(doc.get('requirements', 'nothing')))]
    lines += ['', '## Examples', '', '```yaml', found['EXAMPLES'].strip(), '```', '']
    lines += ['## What it returns', '', '| value | type | when | what it is |', '|---|---|---|---|']
    lines += ['| %s |' % ' | '.join(cell(text) for text in row) for row in values(returned)]
    return '\n'.join(lines) + '\n'


def options(given, above=''):
    for name, spec in given.items():
        kind = spec.get('type', 'str') + (' of %s' % spec['elements'] if spec.get('elements') else '')
        text = ' '.join(marked(part) for part in as_list(spec['description']))
        if spec.get('choices'):
            text += ' One of %s.' % ', '.join('`%s`' % choice for choice in spec['choices'])
        default = '**required**' if spec.get('required') else '`%s`' % spec['default'] if spec.get('default') not in (None, '') else ''
        yield '`%s%s`' % (above, name), kind, default, text
        yield from options(spec.get('suboptions') or {}, above + name + '.')


def values(given, above=''):
    for name, spec in (given or {}).items():
        text = ' '.join(marked(part) for part in as_list(spec['description']))
        if 'sample' in spec:
            text += ' Example: `%s`' % (spec['sample'],)
        yield '`%s%s`' % (above, name), spec.get('type', ''), marked(spec.get('returned', '')), text
        yield from values(spec.get('contains'), above + name + '.')


def as_list(value):
    return value if isinstance(value, list) else [value]


def cell(text):
    return ' '.join(str(text).split()).replace('|', '\\|')


def marked(text):
    """Ansible's markup as Markdown: C() V() O() RV() E() code, M() a module, B() I() L() U() what they say."""
    text = html.escape(str(text), quote=False)
    text = re.sub(r'\bM\(([^)]+)\)', lambda match: _module(match.group(1)), text)
    text = re.sub(r'\b(?:C|V|O|RV|E)\(((?:[^()\\]|\\.)*)\)', lambda match: '`%s`' % re.sub(r'\\(.)', r'\1', html.unescape(match.group(1))), text)
    text = re.sub(r'\bB\(([^)]+)\)', r'**\1**', text)
    text = re.sub(r'\bI\(([^)]+)\)', r'*\1*', text)
    text = re.sub(r'\bL\(([^,)]+),\s*([^)]+)\)', r'[\1](\2)', text)
    return re.sub(r'\bU\(([^)]+)\)', r'<\1>', text)


def _module(name):
    return '[%s](%s.md)' % (name, name) if name in modules() else '`%s`' % name
