"""The web page: state (neither Streamlit nor Starlette), routes (Starlette), ui (Streamlit)."""
