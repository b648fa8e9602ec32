"""The one stylesheet. Widgets choose their look by dynamic properties (`variant`, `tone`, `textsize`, `role`).

| property   | on            | values                                                        |
|------------|---------------|---------------------------------------------------------------|
| `variant`  | QPushButton   | `primary`, `promo`, `quiet`, `danger-hold`, `warning-hold`, `compact`, `chip`, `bare`, `tab`; none = raised |
| `tone`     | labels, pills | `neutral`, `ok`, `warning`, `promo`, `onair`, `next`, `accent`, `dashed`, `muted` |
| `textsize` | labels        | `caption` 11, `s` 13, `m` 15, `l` 20, `xl` 28; l and xl are bold |
| `role`     | widgets       | `card`, `card-raised`, `card-onair`, `card-dashed`, `pill`, `kbd`, `section`, `strong`, `rowline` |
"""

from string import Template

from studio.ui.palette import Tokens, mix

_SIZES = {
    **{f"px{size}": size for size in (1, 2, 3, 4, 6, 8, 12, 14, 16, 20, 24)},
    **{f"t{size}": size for size in (10, 11, 13, 15, 20, 28)},
    "pillh": 16,
    "kbdh": 14,
}

_TEXT = Template("""
QMainWindow, QDialog, QWidget[role="workspace"] { background: $background; }
QDialog[role="palette"] { background: $surface; border: ${px1}px solid $accent_line; }
QLabel { color: $text; background: transparent; }
QLabel:disabled { color: $disabled; }
QLabel[textsize="caption"] { font-size: ${t11}px; }
QLabel[textsize="s"] { font-size: ${t13}px; }
QLabel[textsize="m"] { font-size: ${t15}px; }
QLabel[textsize="l"] { font-size: ${t20}px; font-weight: 700; }
QLabel[textsize="xl"] { font-size: ${t28}px; font-weight: 700; }
QLabel[strong="true"] { font-weight: 700; }
QLabel[struck="true"] { text-decoration: line-through; }
QLabel[tone="muted"] { color: $muted; }
QLabel[tone="ok"], QLabel[tone="next"] { color: $next_text; }
QLabel[tone="warning"] { color: $warning_text; }
QLabel[tone="promo"] { color: $promo_text; }
QLabel[tone="accent"] { color: $accent_text; }
QLabel[tone="onair"] { color: $on_air_text; }
QLabel[role="section"] {
    color: $muted; font-size: ${t11}px; font-weight: 700; letter-spacing: ${px1}px;
}
QLabel[role="pill"] {
    font-size: ${t11}px; padding: ${px1}px ${px8}px; border-radius: ${pillr}px; border: none;
    min-height: ${pillh}px; max-height: ${pillh}px; color: $muted; background: $neutral_tint;
}
QLabel[role="pill"][tone="ok"], QLabel[role="pill"][tone="next"] { color: $next_text; background: $next_tint; }
QLabel[role="pill"][tone="warning"] { color: $warning_text; background: $warning_tint; }
QLabel[role="pill"][tone="promo"] { color: $promo_text; background: $promo_tint; }
QLabel[role="pill"][tone="accent"] { color: $accent_text; background: $accent_tint; }
QLabel[role="pill"][tone="onair"] { color: $on_air_text; background: $on_air_tint; font-weight: 700; }
QLabel[role="pill"][tone="dashed"] {
    color: $muted; background: transparent; border: ${px1}px dashed $disabled;
    min-height: ${pillh}px; max-height: ${pillh}px; padding: 0 ${px8}px;
}
QLabel[role="kbd"] {
    color: $muted; background: $surface; font-size: ${t10}px; border: ${px1}px solid $keyline;
    border-radius: ${px3}px; padding: 0 ${px4}px; min-height: ${kbdh}px; max-height: ${kbdh}px;
}
QFrame[role="card"] { background: $surface; border: ${px1}px solid $line; border-radius: ${px8}px; }
QFrame[role="card-raised"] { background: $raised; border: ${px1}px solid $line; border-radius: ${px8}px; }
QFrame[role="card-onair"] { background: $surface; border: ${px1}px solid $on_air_line; border-radius: ${px8}px; }
QFrame[role="card-next"] { background: $next_tint; border: ${px1}px solid $next_line; border-radius: ${px8}px; }
QFrame[role="card-accent"] { background: $accent_tint; border: ${px1}px solid $accent_line; border-radius: ${px8}px; }
QFrame[role="card-warning"] { background: $warning_tint; border: ${px1}px solid $warning_line; border-radius: ${px8}px; }
QFrame[role="card-dashed"] { background: transparent; border: ${px1}px dashed $disabled; border-radius: ${px8}px; }
QFrame[role="rowline"] { background: $line; border: none; max-height: ${px1}px; min-height: ${px1}px; }

QPushButton, QToolButton {
    color: $text; background: $raised; border: ${px1}px solid $line; border-radius: ${px6}px;
    padding: ${px6}px ${px12}px; font-size: ${t13}px; min-height: ${px16}px;
}
QPushButton:hover, QToolButton:hover { background: $hover; border-color: $disabled; }
QPushButton:pressed, QToolButton:pressed { background: $line; }
QPushButton:checked, QToolButton:checked { background: $accent_tint; border-color: $accent; color: $accent_text; }
QPushButton:focus, QToolButton:focus { border: ${px2}px solid $focus; }
QPushButton:focus { padding: ${pad5}px ${pad11}px; }
QPushButton:disabled, QToolButton:disabled { color: $disabled; background: $surface; border-color: $line; }
QPushButton QLabel { font-size: ${t13}px; color: $text; }
QPushButton QLabel:disabled { color: $disabled; }
QPushButton[variant="primary"] { color: $on_accent; background: $accent; border-color: $accent; font-weight: 700; }
QPushButton[variant="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[variant="primary"]:pressed { background: $accent_press; }
QPushButton[variant="primary"]:focus { border-color: $text; }
QPushButton[variant="primary"] QLabel { color: $on_accent; font-weight: 700; }
QPushButton[variant="promo"] { color: $on_promo; background: $promo; border-color: $promo; font-weight: 700; }
QPushButton[variant="promo"]:hover { background: $promo_hover; border-color: $promo_hover; }
QPushButton[variant="promo"]:pressed { background: $promo_press; }
QPushButton[variant="promo"]:focus { border-color: $text; }
QPushButton[variant="promo"] QLabel { color: $on_promo; font-weight: 700; }
QPushButton[variant="chip"] {
    color: $on_accent; background: $accent; border-color: $accent; font-size: ${t11}px; font-weight: 700;
    padding: ${px2}px ${px12}px; border-radius: ${chipr}px; min-height: ${px16}px;
}
QPushButton[variant="chip"]:hover { background: $accent_hover; }
QPushButton[variant="primary"]:disabled, QPushButton[variant="promo"]:disabled {
    color: $disabled; background: $raised; border-color: $line;
}
QPushButton[variant="primary"] QLabel:disabled, QPushButton[variant="promo"] QLabel:disabled { color: $disabled; }
QPushButton[variant="quiet"], QToolButton[variant="quiet"] { background: transparent; border-color: transparent; color: $muted; }
QPushButton[variant="quiet"] QLabel { color: $muted; }
QPushButton[variant="quiet"]:hover, QToolButton[variant="quiet"]:hover { background: $hover; color: $text; }
QPushButton[variant="quiet"]:focus, QToolButton[variant="quiet"]:focus { border-color: $focus; }
QPushButton[variant="danger-hold"] { color: $on_air_text; background: $on_air_tint; border-color: $on_air_line; font-weight: 700; }
QPushButton[variant="danger-hold"]:hover { border-color: $on_air; }
QPushButton[variant="danger-hold"]:disabled { color: $disabled; background: $surface; border-color: $line; }
QPushButton[variant="danger-hold"] QLabel { color: $on_air_text; font-weight: 700; }
QPushButton[variant="warning-hold"] {
    color: $warning_text; background: $warning_tint; border-color: $warning_line; font-weight: 700;
}
QPushButton[variant="warning-hold"]:hover { border-color: $warning; }
QPushButton[variant="warning-hold"]:disabled { color: $disabled; background: $surface; border-color: $line; }
QPushButton[variant="warning-hold"] QLabel { color: $warning_text; font-weight: 700; }
QPushButton[variant="compact"], QToolButton[variant="compact"] {
    padding: ${px1}px ${px8}px; font-size: ${t11}px; border-radius: ${px6}px; min-height: ${px16}px;
}
QPushButton[variant="compact"]:focus { padding: 0px ${pad7}px; }
QPushButton[variant="compact"] QLabel { font-size: ${t11}px; }
QPushButton[tall="true"] { min-height: ${px24}px; }
QPushButton[variant="bare"] { background: transparent; border: ${px1}px solid transparent; padding: 0px; min-height: 0px; }
QPushButton[variant="bare"]:hover { background: $hover; border-color: $hover; }
QPushButton[variant="bare"]:focus { border: ${px1}px solid $focus; padding: 0px; }
QPushButton[variant="tab"] {
    color: $muted; background: transparent; border: ${px1}px solid transparent; border-radius: ${px4}px;
    padding: 0px ${px12}px; min-height: ${px16}px;
}
QPushButton[variant="tab"]:hover { color: $text; background: $hover; }
QPushButton[variant="tab"]:checked { color: $text; background: $raised; border-color: $line; }
QPushButton[variant="tab"]:focus { border: ${px1}px solid $focus; padding: 0px ${px12}px; }
QPushButton QLabel[role="kbd"] {
    font-size: ${t10}px; font-weight: 400; color: $muted; background: transparent; border-color: $keyline;
}
QPushButton[variant="primary"] QLabel[role="kbd"] { color: $on_accent; border-color: $on_accent; }
QPushButton[variant="promo"] QLabel[role="kbd"] { color: $on_promo; border-color: $on_promo; }
QPushButton[variant="danger-hold"] QLabel[role="kbd"] { color: $on_air_text; border-color: $on_air_line; }
QPushButton QLabel[role="kbd"]:disabled { color: $disabled; border-color: $line; }

QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox, QKeySequenceEdit QLineEdit {
    color: $text; background: $background; border: ${px1}px solid $line; border-radius: ${px6}px;
    padding: ${px6}px ${px8}px; font-size: ${t13}px;
    selection-background-color: $accent; selection-color: $on_accent; min-height: ${px16}px;
}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { border: ${px1}px solid $focus; }
QLineEdit[tone="warning"], QAbstractSpinBox[tone="warning"], QComboBox[tone="warning"] { border-color: $warning; }
QLineEdit:disabled, QPlainTextEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $disabled; }
QLineEdit[readOnly="true"] { background: $surface; }
QLineEdit, QPlainTextEdit, QTextEdit { placeholder-text-color: $muted; }
QComboBox { padding-right: ${px20}px; }
QComboBox::drop-down, QDateEdit::drop-down { border: none; width: ${px20}px; subcontrol-position: center right; }
QComboBox::down-arrow, QDateEdit::down-arrow { image: url(:/studio/arrow-down.png); width: ${px12}px; height: ${px12}px; }
QAbstractSpinBox { padding: ${px6}px ${px20}px ${px6}px 0px; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit {
    border: none; background: transparent; padding: 0 ${px4}px; min-height: 0px;
}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
    background: transparent; border: none; width: ${px20}px; subcontrol-origin: border;
}
QAbstractSpinBox::up-button { subcontrol-position: top right; margin-top: ${px2}px; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; margin-bottom: ${px2}px; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; border-radius: ${px3}px; }
QAbstractSpinBox::up-arrow { image: url(:/studio/arrow-up.png); width: ${px8}px; height: ${px8}px; }
QAbstractSpinBox::down-arrow { image: url(:/studio/arrow-down.png); width: ${px8}px; height: ${px8}px; }
QComboBox QAbstractItemView, QMenu {
    color: $text; background: $raised; border: ${px1}px solid $line; padding: ${px4}px;
    selection-background-color: $accent_tint; selection-color: $text;
}
QMenu::item { padding: ${px6}px ${px24}px ${px6}px ${px12}px; border-radius: ${px4}px; }
QMenu::item:selected { background: $accent_tint; color: $text; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: ${px1}px; background: $line; margin: ${px4}px ${px8}px; }
QMenuBar { background: $background; color: $muted; padding: ${px3}px ${px4}px 0px ${px4}px; }
QMenuBar::item { padding: ${px3}px ${px8}px; background: transparent; border-radius: ${px4}px; }
QMenuBar::item:selected { background: $hover; color: $text; }
QToolTip { color: $text; background: $raised; border: ${px1}px solid $line; padding: ${px4}px ${px8}px; font-size: ${t13}px; }

QAbstractItemView {
    color: $text; background: $surface; alternate-background-color: $surface; border: none; outline: 0;
    selection-background-color: $accent_tint; selection-color: $text; gridline-color: $line;
}
QAbstractItemView::item { padding: ${px4}px ${px8}px; }
QAbstractItemView::item:selected { background: $accent_tint; color: $text; }
QAbstractItemView::item:focus { border: ${px1}px solid $focus; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section {
    color: $muted; background: $surface; border: none; border-bottom: ${px1}px solid $line;
    padding: ${px4}px ${px8}px; font-size: ${t11}px;
}
QTableCornerButton::section { background: $surface; border: none; }
QTabBar::tab { color: $muted; background: transparent; padding: ${px6}px ${px12}px; border-bottom: ${px2}px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { color: $text; background: $hover; }
QTabWidget::pane { border: none; }

QScrollArea, QScrollArea > QWidget > QWidget[role="plain"] { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: ${px12}px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: ${px12}px; margin: 0; }
QScrollBar::handle { background: $disabled; border-radius: ${px3}px; margin: ${px3}px; }
QScrollBar::handle:vertical { min-height: ${px24}px; }
QScrollBar::handle:horizontal { min-width: ${px24}px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $accent_tint; }
QProgressBar { background: $track; border: none; border-radius: ${px2}px; max-height: ${px4}px; min-height: ${px4}px; color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: ${px2}px; }
QCheckBox, QRadioButton { color: $text; spacing: ${px8}px; font-size: ${t13}px; }
QCheckBox:disabled, QRadioButton:disabled { color: $disabled; }
QCheckBox::indicator, QRadioButton::indicator, QAbstractItemView::indicator {
    width: ${px14}px; height: ${px14}px; border: ${px1}px solid $disabled; border-radius: ${px4}px; background: $background;
}
QRadioButton::indicator { border-radius: ${radio}px; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border: ${px2}px solid $focus; width: ${px12}px; height: ${px12}px; }
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked {
    background: $accent; border-color: $accent; image: url(:/studio/check-$check.png);
}
QRadioButton::indicator:checked { border: ${px4}px solid $accent; width: ${px8}px; height: ${px8}px; }
QCheckBox:focus, QRadioButton:focus { color: $accent_text; }
QStatusBar { color: $muted; background: $background; }
""")


def stylesheet(tokens: Tokens, scale: float = 1.0) -> str:
    """The stylesheet of a set of tokens; `scale` multiplies every size in it."""
    sizes = {name: max(1, round(size * scale)) for name, size in _SIZES.items()}
    # A radius over half the height would be dropped by Qt and leave a square pill.
    sizes["pillr"] = (sizes["pillh"] + 2 * sizes["px1"]) // 2
    sizes["chipr"] = (sizes["px16"] + 2 * (sizes["px1"] + sizes["px2"])) // 2
    sizes["radio"] = (sizes["px14"] + 2 * sizes["px1"]) // 2
    lift = "#ffffff" if tokens.name == "dark" else "#000000"
    border = sizes["px2"] - sizes["px1"]
    derived = {
        "focus": tokens.accent,
        "check": tokens.name,
        "keyline": mix(tokens.line, tokens.muted, 0.45),
        "on_air_line": mix(tokens.line, tokens.on_air, 0.4),
        "next_line": mix(tokens.line, tokens.next, 0.4),
        "accent_line": mix(tokens.line, tokens.accent, 0.3),
        "warning_line": mix(tokens.line, tokens.warning, 0.35),
        # Away from the text on them, so that a pressed button reads as well as one at rest.
        "accent_hover": mix(tokens.accent, lift, 0.1),
        "accent_press": mix(tokens.accent, lift, 0.22),
        "promo_hover": mix(tokens.promo, lift, 0.1),
        "promo_press": mix(tokens.promo, lift, 0.22),
        # The focus ring is a wider border: the padding gives back what it takes, so that nothing moves.
        "pad5": sizes["px6"] - border,
        "pad11": sizes["px12"] - border,
        "pad7": sizes["px8"] - border,
    }
    return _TEXT.substitute(tokens.colours() | sizes | derived)
