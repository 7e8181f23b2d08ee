"""The app's entry point: ``streamlit run app.py -- PROJECT``."""

from __future__ import annotations

import streamlit as st

from coding.ui import shell

st.set_page_config(
    page_title="Focus coding",
    page_icon=shell.ICON,
    layout="wide",
    initial_sidebar_state=shell.SIDEBAR_PX,
    menu_items={"Get help": None, "Report a bug": None, "About": shell.ABOUT},
)
pages = shell.menu()
page = st.navigation(pages, position="hidden")
if shell.admit():
    shell.show_menu(pages)
    place = shell.header(page.title)
    page.run()
    shell.footer(place)
