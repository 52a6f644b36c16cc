"""Behind the page, without Streamlit: the queue of photos and the shelf of sounds."""
