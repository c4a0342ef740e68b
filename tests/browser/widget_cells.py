"""The cells of a notebook that shows every core widget of ipywidgets, anywidgets that a page can run and others, and mixtures."""

__all__ = ["CELLS"]

_START = """\
# Start
import base64, datetime, io, math, wave
import anywidget, ipywidgets as w, traitlets
from IPython.display import HTML, Markdown, display
from metawidgets.widgets import EpisodeView
from tests.widgets.examples import sheet
from PIL import Image
buffer = io.BytesIO()
Image.new("RGB", (20, 20), "teal").save(buffer, "PNG")
PNG = buffer.getvalue()"""

_SOUND = """\
# Pictures and sound
buffer = io.BytesIO()
with wave.open(buffer, "wb") as out:
    out.setnchannels(1); out.setsampwidth(1); out.setframerate(8000)
    out.writeframes(bytes(int(128 + 90 * math.sin(i / 4)) for i in range(800)))
w.VBox([
    w.Image(value=PNG, format="png", width=80, tooltip="a pixel"),
    w.Image(value=PNG, format="png", layout={"width": "120px", "height": "40px", "object_fit": "cover"}),
    w.Audio(value=buffer.getvalue(), format="wav", autoplay=False),
    w.Video(value=b"no film", format="mp4", width=200, height=60),
    w.Image(value=b"https://example.com/a.png", format="url"),
])"""

_TEXTS = r"""# Texts
w.VBox([
    w.HTML("<style>b { color: rgb(200, 0, 0) } body { background: red }</style><b class='styled'>red</b> <table><tr><td>1</table>"),
    w.HTML("<b class='plain'>plain</b><img src=x onerror='document.title=1'><script>document.title = 1</script>", description="Rich:"),
    w.HTMLMath(r"Area <b>is</b> $\pi r^2$ and $$\sum_k c_k$$"),
    w.Label(r"Loss $\frac{1}{2}$", style={"text_color": "rgb(0, 120, 0)", "font_weight": "bold"}),
    w.Label("a <b>label</b> is text"),
    w.Valid(value=True, description="Good"), w.Valid(value=False, description="Bad", readout="no number"),
], layout=w.Layout(border="2px solid rgb(1, 2, 3)", padding="6px"))"""

_SLIDERS = """\
# Sliders
w.VBox([
    w.IntSlider(7, 0, 10, description="Ways", tooltip="classes in an episode", style={"handle_color": "rgb(200, 0, 100)"}),
    w.FloatSlider(0.25, min=0, max=1, step=0.05, readout_format=".1%", description="Rate"),
    w.FloatLogSlider(0.01, min=-4, max=0, description="Log $x$"),
    w.IntRangeSlider(value=(20, 60), description="Range"),
    w.FloatRangeSlider(value=(1.5, 2.5), min=0, max=5, description="Reals"),
    w.SelectionSlider(options=["low", "mid", "high"], value="mid", description="Level"),
    w.SelectionRangeSlider(options=["a", "b", "c", "d"], value=("b", "d"), description="From to"),
    w.HBox([
        w.IntSlider(3, 0, 10, orientation="vertical", description="Up"),
        w.IntProgress(7, 0, 10, orientation="vertical", bar_style="success", description="Bar"),
        w.IntRangeSlider(value=(2, 8), min=0, max=10, orientation="vertical"),
    ]),
    w.IntProgress(4, 0, 10, description="Done", bar_style="danger"),
    w.FloatProgress(2.5, min=0, max=5, description="Part", style={"bar_color": "rgb(10, 200, 10)"}),
    w.IntSlider(5, disabled=True, description="A description that is longer than its room", style={"description_width": "initial"}),
])"""

_FIELDS = """\
# Fields
w.GridBox([
    w.Text("a text", description="Text"), w.Text(placeholder="nothing yet", description="Empty"),
    w.Textarea("two\\nlines", description="Lines"), w.Password(value="secret-word", description="Secret"),
    w.Combobox(value="a", options=["a", "b"], description="Combo"),
    w.IntText(12, description="Int"), w.BoundedIntText(3, min=0, max=5, description="Bounded"),
    w.FloatText(1.5, description="Float"), w.BoundedFloatText(0.5, min=0, max=1, step=0.1, description="Share"),
    w.DatePicker(value=datetime.date(2026, 11, 30), description="Day"),
    w.TimePicker(value=datetime.time(9, 5), description="Time"),
    w.NaiveDatetimePicker(value=datetime.datetime(2026, 1, 2, 3, 4), description="Naive"),
    w.DatetimePicker(value=datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.timezone.utc), description="Zoned"),
    w.ColorPicker(value="teal", description="Colour"), w.ColorPicker(value="#ff0000", concise=True),
    w.TagsInput(value=["one", "two"], tag_style="info"), w.ColorsInput(value=["red", "#0f0"]), w.FloatsInput(value=[1.25, 2.0]),
], layout={"grid_template_columns": "repeat(auto-fill, minmax(310px, 1fr))"})"""

_CHOICES = """\
# Choices
w.HBox([
    w.VBox([
        w.Dropdown(options=["a", "b", "c"], value="b", description="Menu"),
        w.Select(options=["p", "q", "r"], value="q", rows=3, description="List"),
        w.SelectMultiple(options=["p", "q", "r"], value=["p", "r"], rows=3, description="Several"),
        w.RadioButtons(options=["yes", "no"], value="no", description="Radio"),
    ]),
    w.VBox([
        w.ToggleButtons(options=["one", "two", "three"], value="two", description="Toggles", style={"button_width": "70px"}),
        w.Checkbox(True, description="Ticked"), w.Checkbox(False, description="Not", indent=False),
        w.ToggleButton(True, description="Pressed", icon="check"),
        w.Button(description="Go", button_style="primary", icon="play", tooltip="starts"), w.Button(icon="rocket"),
        w.Button(description="Own", style={"button_color": "rgb(255, 220, 0)", "text_color": "rgb(0, 0, 0)"}),
        w.FileUpload(), w.Controller(), w.Play(),
    ]),
])"""

_PANELS = """\
# Tabs, folds and stacks
from ipywidgets import jslink, jsdlink
tab = w.Tab([w.Label("first panel"), EpisodeView(sheet()), w.VBox([w.HTML("<i>third</i>")])], titles=["One", "Two", "Three"])
fold = w.Accordion([w.Label("in the fold"), w.IntSlider(1)], titles=["Notes", "Control"], selected_index=0)
which = w.Dropdown(options=["left", "right"], index=0)
pile = w.Stack([w.Label("left card"), w.Label("right card")], selected_index=0)
jslink((which, "index"), (pile, "selected_index"))
w.VBox([tab, fold, which, pile])"""

_LINKS = """\
# Links
play, moved = w.Play(value=0, min=0, max=3, interval=20), w.IntSlider(0, 0, 3, description="Played")
jslink((play, "value"), (moved, "value"))
source, target = w.FloatSlider(0.5, max=1, description="Source"), w.FloatProgress(0, max=1, description="Target")
jsdlink((source, "value"), (target, "value"))
typed, shown, still = w.Text("typed"), w.Label(""), w.IntSlider(2, description="Still")
jsdlink((typed, "value"), (shown, "value"))
w.VBox([w.HBox([play, moved]), source, target, typed, shown, still])"""

_OUTPUTS = """\
# Outputs
from tqdm.notebook import tqdm
out = w.Output(layout={"border": "1px solid rgb(9, 9, 9)"})
with out:
    print("printed inside")
    display(HTML("<u>rich inside</u>"), Markdown("maths $x^2$"))
    display(w.IntSlider(4, description="Nested"))
    for _ in tqdm(range(3), desc="steps"):
        pass
for _ in tqdm(range(2), desc="leaves", leave=False):
    pass
with out:
    1 / 0"""

_MIXED = """\
# Mixtures
left = w.Button(description="Left")
app = w.AppLayout(header=w.HTML("<h4>Header</h4>"), left_sidebar=left, center=w.Label("Centre"), footer=w.Label("Footer"))
display(w.VBox([w.HTML("<b>above</b>"), EpisodeView(sheet()), w.IntSlider(3, description="Below")]), app)
w.HBox([w.Label("beside"), EpisodeView(sheet())])"""

_ANYWIDGETS = """\
# Other anywidgets
class Counter(anywidget.AnyWidget):
    _esm = '''function render({ model, el }) {
      const b = document.createElement("button");
      b.textContent = `count is ${model.get("value")} of ${model.get("_most")}`;
      b.onclick = () => { model.set("value", model.get("value") + 1); model.save_changes(); };
      model.on("change:value", () => { b.textContent = `count is ${model.get("value")}`; });
      el.append(b);
    }
    export default { render };'''
    _css = ".counter { color: red }"
    value = traitlets.Int(3).tag(sync=True)
    _most = traitlets.Int(9).tag(sync=True)
class Fetching(anywidget.AnyWidget):
    _esm = 'import x from "https://esm.example/x"; export default { render({ el }) { el.append(x) } };'
class Evaluating(anywidget.AnyWidget):
    _esm = 'export default { render({ el }) { el.append(new Function("return 1")()) } };'
class Raising(anywidget.AnyWidget):
    _esm = 'export default { render({ el }) { throw new Error("secret detail") } };'
class Empty(anywidget.AnyWidget):
    _esm = 'export default { render() {} };'
class Factory(anywidget.AnyWidget):
    _esm = '''export default () => {
      let made;
      return { initialize({ model }) { made = model.get("value"); }, render({ el }) { el.append(`made for ${made}`); } };
    };'''
    value = traitlets.Int().tag(sync=True)
counter = Counter()
number = w.IntText(description="Linked")
jslink((counter, "value"), (number, "value"))
display(w.VBox([counter, number, Fetching(), Evaluating(), Raising(), Empty()]), w.HBox([Factory(value=1), Factory(value=2)]))
Fetching()"""

_FOREIGN = """\
# Widgets of other libraries
class Map(w.DOMWidget):
    _model_name, _model_module = traitlets.Unicode("LeafletMapModel").tag(sync=True), traitlets.Unicode("jupyter-leaflet").tag(sync=True)
    _view_name = traitlets.Unicode("LeafletMapView").tag(sync=True)
    _model_module_version = traitlets.Unicode("^0.19").tag(sync=True)
class Canvas(w.DOMWidget):
    _model_name, _model_module = traitlets.Unicode("CanvasModel").tag(sync=True), traitlets.Unicode("ipycanvas").tag(sync=True)
    _view_name = traitlets.Unicode("CanvasView").tag(sync=True)
    image_data = traitlets.Bytes(PNG).tag(sync=True)
class Plot(w.DOMWidget):
    _model_name, _model_module = traitlets.Unicode("MPLCanvasModel").tag(sync=True), traitlets.Unicode("jupyter-matplotlib").tag(sync=True)
    _view_name = traitlets.Unicode("MPLCanvasView").tag(sync=True)
    _data_url = traitlets.Unicode("data:image/png;base64," + base64.b64encode(PNG).decode()).tag(sync=True)
display(w.VBox([w.Label("a map:"), Map()]), Canvas())
Plot()"""

CELLS = [
    _START,
    _TEXTS,
    _SLIDERS,
    _FIELDS,
    _CHOICES,
    _SOUND,
    _PANELS,
    _LINKS,
    _OUTPUTS,
    "out",
    _MIXED,
    _ANYWIDGETS,
    _FOREIGN,
]
