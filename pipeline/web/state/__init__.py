"""What the page knows of one person, without Streamlit and Starlette."""
