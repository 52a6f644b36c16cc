"""The page as Streamlit draws it; the only modules besides streamlit_app.py that import it."""
