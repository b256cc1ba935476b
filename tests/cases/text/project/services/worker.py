def enqueue(cursor):
    cursor.execute("INSERT INTO public.jobs (document, type) VALUES (1, 'scan')")
